Attribute VB_Name = "budget_tools_buttons"
' One macro a button. All of the work is done in Python; nothing here knows anything about budgets.
Option Explicit

Public Const BUDGET_TOOLS_VERSION As String = "@VERSION@"

Public Sub check()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.check()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub check_sheet()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.check_sheet()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub next_finding()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.next_finding()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub fill_totals()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.fill_totals()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub fix_safe()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.fix_safe()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub show_marks()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.show_marks()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub remove_marks()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.remove_marks()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub accept()
    Dim reason As String, initials As String
    On Error GoTo failed
    If Not Ready() Then Exit Sub
    reason = InputBox("Hvorfor er det i orden?", "budget_tools")
    If Len(reason) = 0 Then Exit Sub
    initials = InputBox("Dine initialer:", "budget_tools")
    If Len(initials) = 0 Then Exit Sub
    RunPython "from budget_tools.excel import buttons; buttons.accept('" & Coded(reason) & "', '" & Coded(initials) & "')"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub undo_last()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.undo_last()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub new_proposal()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.new_proposal()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub explain_cells()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.explain_cells()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

Public Sub help()
    On Error GoTo failed
    If Ready() Then RunPython "from budget_tools.excel import buttons; buttons.help()"
    Exit Sub
failed:
    Tell Err.Description
End Sub

' Whether there is a workbook to work on.
Private Function Ready() As Boolean
    Ready = True
    If Workbooks.Count = 0 Then
        Ready = False
        MsgBox "Åbn først den projektmappe, der skal kontrolleres.", vbInformation, "budget_tools"
    End If
End Function

' Text as character codes: on its way to Python nothing in it can be taken for anything else.
Private Function Coded(ByVal text As String) As String
    Dim position As Long, codes As String
    If Len(text) > 500 Then text = Left(text, 500)
    For position = 1 To Len(text)
        If position > 1 Then codes = codes & " "
        codes = codes & CStr(CLng(AscW(Mid(text, position, 1))) And 65535)
    Next position
    Coded = codes
End Function

Private Sub Tell(ByVal what As String)
    Application.StatusBar = False
    Application.ScreenUpdating = True
    MsgBox "budget_tools kunne ikke startes: " & what & vbCrLf & vbCrLf & _
        "Kør 'budget-tools excel doctor', eller vis denne besked til den, der har installeret budget_tools.", _
        vbExclamation, "budget_tools " & BUDGET_TOOLS_VERSION
End Sub
