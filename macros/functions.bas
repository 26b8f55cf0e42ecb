Attribute VB_Name = "budget_tools_functions"
' The worksheet functions, as xlwings 0.37.8 generates them from budget_tools.excel.functions.
#Const App = "Microsoft Excel"
Function BT_BELOEB(tekst, Optional enhed)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        BT_BELOEB = XLPy.CallUDF("budget_tools.excel.functions", "BT_BELOEB", Array(tekst, enhed), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        BT_BELOEB = XLPy.CallUDF("budget_tools.excel.functions", "BT_BELOEB", Array(tekst, enhed))
        Exit Function
    #End If
failed:
    BT_BELOEB = Err.Description
End Function

Function BT_FORSKEL(aar, i_alt)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        BT_FORSKEL = XLPy.CallUDF("budget_tools.excel.functions", "BT_FORSKEL", Array(aar, i_alt), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        BT_FORSKEL = XLPy.CallUDF("budget_tools.excel.functions", "BT_FORSKEL", Array(aar, i_alt))
        Exit Function
    #End If
failed:
    BT_FORSKEL = Err.Description
End Function

Function BT_KONTROL(omraade)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        BT_KONTROL = XLPy.CallUDF("budget_tools.excel.functions", "BT_KONTROL", Array(omraade), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        BT_KONTROL = XLPy.CallUDF("budget_tools.excel.functions", "BT_KONTROL", Array(omraade))
        Exit Function
    #End If
failed:
    BT_KONTROL = Err.Description
End Function

Function BT_REGEL(kode)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        BT_REGEL = XLPy.CallUDF("budget_tools.excel.functions", "BT_REGEL", Array(kode), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        BT_REGEL = XLPy.CallUDF("budget_tools.excel.functions", "BT_REGEL", Array(kode))
        Exit Function
    #End If
failed:
    BT_REGEL = Err.Description
End Function
