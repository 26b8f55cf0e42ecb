"""A batch of books in, what was found in them out: the whole pipeline, from layout to findings.

layout finds tables and proposals, cover says what each total covers, the schemas and the rules say what is
wrong. Nothing here opens a file.

``examining`` takes one book, ``batch`` several at once, because the schemas look at all their tables in one
go, and ``across`` the proposals of a whole run.
"""
