Attribute VB_Name = "budget_tools_ribbon"
' What the ribbon calls: hands each click on to the macro of the same name.
Option Explicit

Public Sub ribbon_check(control As IRibbonControl)
    budget_tools_buttons.check
End Sub

Public Sub ribbon_check_sheet(control As IRibbonControl)
    budget_tools_buttons.check_sheet
End Sub

Public Sub ribbon_next_finding(control As IRibbonControl)
    budget_tools_buttons.next_finding
End Sub

Public Sub ribbon_show_marks(control As IRibbonControl)
    budget_tools_buttons.show_marks
End Sub

Public Sub ribbon_remove_marks(control As IRibbonControl)
    budget_tools_buttons.remove_marks
End Sub

Public Sub ribbon_fill_totals(control As IRibbonControl)
    budget_tools_buttons.fill_totals
End Sub

Public Sub ribbon_fix_safe(control As IRibbonControl)
    budget_tools_buttons.fix_safe
End Sub

Public Sub ribbon_accept(control As IRibbonControl)
    budget_tools_buttons.accept
End Sub

Public Sub ribbon_undo_last(control As IRibbonControl)
    budget_tools_buttons.undo_last
End Sub

Public Sub ribbon_new_proposal(control As IRibbonControl)
    budget_tools_buttons.new_proposal
End Sub

Public Sub ribbon_explain_cells(control As IRibbonControl)
    budget_tools_buttons.explain_cells
End Sub

Public Sub ribbon_help(control As IRibbonControl)
    budget_tools_buttons.help
End Sub
