"""What totals cover, drawn as sheets: each grid says which cells are at fault, and no other is found."""

from __future__ import annotations

import textwrap

import pytest

from tests.grid import place, read_grid

AT_FAULT = ("ARI001", "ARI002", "ARI003", "ARI007", "ARI011", "FRM006")

GRIDS = {
    "a total that is typed again below the calculated one is there to compare": """
            A        B          C          D          E
        4            2021       2022       2023       I alt
        5   Løn      510        520        530        =SUM(B5:D5)
        6   Drift    110        120        130        =SUM(B6:D6)
        7   Vand     31         32         33         =SUM(B7:D7)
        8   I alt    =SUM(B5:B7)  =SUM(C5:C7)  =SUM(D5:D7)  =SUM(E5:E7)
        9            =700-B8    =700-C8               2016
    """,
    "forecasts in round figures were rounded before they were added": """
            A              B          C          D          E
        4                  2016       2017       2018       2019
        5   Løn            138900000  140300000  141700000  143100000
        6   Tillæg         47000000   49900000   52900000   55900000
        7   Pension        43600000   47200000   51100000   55000000
        8   Personale i alt  229600000  237400000  245700000  254100000
        9   Varer          13700000   13700000   13700000   13700000
        10  Ydelser        19600000   19600000   19600000   19600000
        11  Husleje        30800000   31900000   33400000   34900000
        12  Øvrigt         1800000    1800000    1800000    1800000
        13  Drift i alt    65800000   67000000   68500000   69900000
    """,
    "a figure and a nought are no sum that anybody can tell": """
            A                     B     C     D     E     F
        4                         2015  2016  2017  2018  2019
        5   Henlæggelse           1200  1300  1400  1500  0
        6   Bidrag                0     0     0     0     2420
        7   Gæld nedbragt         1200  1300  1400  1500  2420
        8   Udgifter              4615  4742  5021  5100  5200
    """,
    "parts below a line that says 'of which' are not added again, whatever the table": """
            A                  B     C     D     E
        4                      2021  2022  2023  2024
        5   Driftsudgifter     800   820   840   860
        6   Tilskud            90    92    94    296
        7   Heraf:
        8   Engangstilskud     ...   ...   ...   200
        9   Anlæg              34    33    40    41
        10  Udgifter i alt     924   945   974   1197
    """,
    "a table without words has the lines of the one beside it": """
            A                  B     C     D     E     F     G     H     I
        4                      2021  2022  2023  2024        2022  2023  2024
        5   Udgifter i alt     924   945   974   1197        21    29    223
        6   Driftsudgifter     800   820   840   860         20    20    20
        7   Tilskud            90    92    94    296         2     2     202
        8   Heraf:
        9   Engangstilskud     ...   ...   ...   200         ...   ...   200
        10  Anlæg              34    33    40    41          -1    7     1
    """,
    "a year that was never broken down has a total and no lines": """
            A        B          C          D     E          F
        4            2020       2021       2022  2023       2024
        5   Løn      510        520              540        550
        6   Drift    110        120        0     140        150
        7   I alt    =B5+B6     =C5+C6     640   =E5+E6     =F5+F6
        8   Rest     40         41         42    43         44
    """,
    "a grand total that is right along its row is not told of again": """
            A         B     C     D     E     F     G     H
        4             2020  2021  2022  2023  2024  2025  I alt
        5   Løn       510   520   530   540   550   560   3210
        6   Drift     110   120   130   140   150   160   810
        7   Husleje   71    72    73    74    75    76    441
        8   Vand      31    32    33    34    35    36    201
        9   I alt     722   744   766   988   810   1032  4662
        #: ARI011 E9
    """,
    "a difference that was left blank puts no total wrong": """
            A         B     C     D     E
        4             2024  2023  2022  Ændring
        5   Løn       550   540   530   10
        6   Drift     150   140   130   10
        7   Husleje   75    74    73    1
        8   Vand      35    36    33    -1
        9   Varme     25    36    33
        10  Rejser    5     7     3     -2
        11  I alt     840   833   802   7
    """,
    "an amount that is added with its neighbours is not their total": """
            A         B     C          D
        4             2023  2024       2025
        5   Løn       510   =B5+10     530
        6   Drift     110   120        130
        7   Gebyr     71    72         73
        8   Vand      31    32         =SUM(D5:D7)
        9   I alt     =SUM(B5:B8)  =SUM(C5:C8)  =D8
    """,
    "the next step of a running sum gives the typed step away": """
            A        B     C     D          E          F          G
        4            2020  Step  2021       2022       2023       2024
        5   Løn      510   10    =B5+$C5    =D5+$C5    =E5+$C5    =F5+$C5
        6   Drift    110   20    =B6+$C6    =D6+$C6    107        =F6+$C6
        7   Husleje  70    5     =B7+$C7    =D7+$C7    =E7+$C7    =F7+$C7
        8   Vand     30    1     =B8+$C8    =D8+$C8    =E8+$C8    =F8+$C8
        #: ARI002 F6
    """,
    "a column of percentages says nothing of the rows": """
            A            B     C     D       E       F       G     H     I
        4                2021  2022  2023    Δ % 22  Δ % 23  2024  2025  2026
        5   Indtægter    2922  2984  3040    2,1     1,9     3131  3225  3322
        6   Vareforbrug  1401  1383  1367    1,3     1,1     1409  1451  1495
        7   Dækning      1521  1601  1673    5,3     4,5     1722  1744  1827
        8   Løn          1212  1245  1068    2,7     14,2    1096  1129  1163
        #: ARI002 H7
    """,
    "a balance that opens the table covers nothing in its year": """
            A        B      C     D     E     F     G
        4            2020   2021  2022  2023  2024  2025
        5   Primo           632   660   674   688   703
        6   Afgang          -44   -41   -44   -45   -46
        7   Tilgang         72    55    58    60    61
        8   Ultimo   632    660   674   688   730   718
        #: ARI002 F8
    """,
    "a year after its own quarters is their sum, but for a balance": """
            A        B        C        D        E        F        G        H        I        J     K
        4            2023(1)  2023(2)  2023(3)  2023(4)  2024(1)  2024(2)  2024(3)  2024(4)  2023  2024
        5   Løn      100      110      120      135      140      150      160      175      465   625
        6   Drift    10       11       12       14       14       15       16       18       47    63
        7   Gebyr    7        8        9        11       11       12       13       15       53    51
        8   Gæld     900      880      850      800      790      760      740      700      800   700
        #: ARI001 J7
    """,
    "a line above its parts is their total": """
            A               B     C     D     E
        4                   2022  2023  2024  2025
        5   Skoler          1730  1708  1636  1536
        6     Lærere        977   945   932   842
        7     Pædagoger     684   682   649   637
        8     Ledelse       69    81    82    57
        9   Kultur          242   246   257   194
        10    Biblioteker   179   183   129   132
        11    Museer        30    29    28    27
        12    Idræt         33    34    100   35
        13  Drift i alt     1972  1954  1920  1730
        #: ARI002 D5
    """,
    "a total less what is taken from it is told where the net stands": """
            A              B     C     D     E
        4                  2022  2023  2024  2025
        5   I alt          1730  1708  1663  1536
        6   Interne køb    977   945   932   842
        7   Interne ydels  684   682   649   637
        8   Netto          69    81    28    57
        #: ARI002 D8
    """,
    "a balance rolls forward, its movements printed positive": """
            A                   B     C     D     E
        4                       2024  2025  2026  2027
        5   Saldo primo         5000  4600  4730  4180
        6   Tilgang             310   620   150   240
        7   Forbrug             710   490   700   800
        8   Saldo ultimo        4600  4730  4810  3620
        #: ARI002 D8
    """,
    "a cumulative line runs on from year to year": """
            A                      B      C      D      E
        4                          2024   2025   2026   2027
        5   Effektivisering        -1210  -1305  -1422  -1508
        6   Indkøb                 -815   -931   -1044  -1127
        7   Besparelser i alt      -2025  -2236  -2466  -2635
        8   Kumuleret besparelse   -2025  -4261  -6772  -9362
        #: ARI002 D8
    """,
    "a total leaves out what it says": """
            A                                  B      C      D
        4                                      2024   2025   2026
        5   Løn                                5210   5305   5422
        6   Varer                              1815   1931   2044
        7   Overførsler                        9330   9415   9528
        8   Udgifter i alt                     16355  16651  16994
        9   Udgifter i alt ekskl. overførsler  7025   7326   7466
        #: ARI002 C9
    """,
    "a net of two totals that were rounded before they were subtracted": """
            A                  B       C       D       E       F
        4                      2024    2025    2026    2027    2028
        5   Indtægter i alt    184667  340512  427946  500518  516085
        6   Løn                118934  147003  151413  155955  160634
        7   Øvrig drift        47460   61845   66734   70972   72736
        8   Udgifter i alt     166394  208848  218147  226927  233370
        9   Resultat           18273   131665  209800  275391  282716
        #: ARI002 E9
    """,
    "a single column: a slip of the hand gives its total away": """
            A                   B
        3                       Budget 2024
        4   Indtægter
        5   Skatter             51236
        6   Tilskud             22897
        7   Gebyrer             7281
        8   Indtægter i alt     84114
        9   Udgifter
        10  Løn                 37793
        11  Bygninger           9175
        12  Kørsel              1287
        13  Udgifter i alt      48255
        #: ARI002 B8
    """,
    "a single column: a total that is of something else is left alone": """
            A                   B
        3                       Budget 2024
        4   Indtægter
        5   Skatter             51236
        6   Tilskud             22897
        7   Gebyrer             7281
        8   Indtægter i alt     93270
        9   Udgifter
        10  Løn                 37793
        11  Bygninger           9175
        12  Kørsel              1287
        13  Udgifter i alt      48255
    """,
    "a single column: a total like the others that are the sum of their sections": """
            A                   B
        3                       Budget 2024
        4   Indtægter
        5   Skatter             51236
        6   Tilskud             22897
        7   Indtægter i alt     74133
        8   Udgifter
        9   Løn                 37793
        10  Bygninger           9175
        11  Udgifter i alt      46968
        12  Anlæg
        13  Veje                8120
        14  Skoler              3305
        15  Anlæg i alt         11625
        #: ARI002 B15
    """,
    "a net after two totals is their difference": """
            A                   B            C
        3                       Budget 2024  Budget 2025
        5   Skatter             51236        52236
        6   Tilskud             22897        22997
        7   Indtægter i alt     74133        75233
        9   Løn                 37793        38793
        10  Bygninger           9175         9275
        11  Udgifter i alt      46968        48068
        12  Netto               27165        27265
        #: ARI002 C12
    """,
    "a total over lines above their parts, told by the amounts alone": """
            A                B
        3                    Budget 2024
        4   Børn og unge     32733
        5   Dagpleje         5311
        6   Skoler           23110
        7   SFO              4312
        8   Ældre            25733
        9   Hjemmepleje      9311
        10  Plejehjem        13110
        11  Hjælpemidler     3312
        12  I alt            58466
    """,
    "lines above two parts each are no nets, as the total tells": """
            A                B      C      D
        3                    2023   2024   2025
        4   Børn og unge     28421  29106  28835
        5   Dagpleje         5311   5402   5521
        6   Skoler           23110  23704  23314
        7   Ældre            22421  22876  23441
        8   Hjemmepleje      9311   9422   9510
        9   Plejehjem        13110  13454  13931
        10  Kultur           3421   3507   3618
        11  Bibliotek        2311   2365   2408
        12  Museum           1110   1142   1210
        13  I alt            54263  54589  55894
        #: ARI002 C13
    """,
    "a total in a list of key figures is of none of them": """
            A                 B
        3   Nøgletal          Status
        4   Indtægter         1288330
        5   Udgifter          1706862
        6   Likviditet        500000
        7   Ultimo            81468
        8   Gæld i alt        500000
    """,
    "expenditure less income is a net cost": """
            A                   B
        3                       Budget 2024
        5   Skatter             5236
        6   Tilskud             2897
        7   Indtægter i alt     8133
        9   Løn                 7793
        10  Bygninger           9175
        11  Udgifter i alt      16968
        12  Nettoudgifter       8835
    """,
    "a total column that was rounded, and is another one in places, still tells a slip that crosses": """
            A            B     C     D     E     F     G
        4                jan   feb   mar   apr   maj   I alt 2024
        5   Tilskud      960   960   960   960   960   4100
        6   Gebyr        310   310   310   310   310   1200
        7   Salg         150   150   150   150   150   640
        8   Leje         220   220   220   220   220   980
        9   Løn          5851  5851  5851  5851  5851  29256
        10  Pension      904   904   904   904   904   4519
        11  Tillæg       412   412   412   412   412   2060
        12  Løn i alt    7167  7167  7167  7167  7167  35835
        13  Husleje      2500  2500  2500  2500  2500  12500
        14  Vand         300   300   300   300   300   1500000
        15  Varme        400   400   400   400   400   2000
        16  Lokaler i alt  3200  3200  3200  3200  3200  16000
        17  Rejser       117   117   117   117   117   586
        #: ARI001 G14
    """,
    "off by one in three totals at once is a slip, though others are rounded": """
            A                B     C     D     E     F
        4                    2023  2024  2025  2026  I alt
        5   Salg             211   215   219   230   875
        6   Gebyr            41    43    46    48    178
        7   Indtægter i alt  252   258   265   278   1053
        8   Løn              1001  1020  1031  1041  4094
        9   Husleje          310   320   331   340   1300
        10  Udgifter i alt   1311  1340  1363  1381  5394
        11  Nettoudgifter    1059  1082  1097  1103  4341
        13  Tilskud          310   320   331   340   1302
        #: ARI002 D10
    """,
    "off by one in two totals is a slip where all around them is exact": """
            A                B     C     D     E
        4                    2023  2024  2025  2026
        5   Løn              1001  1020  1031  1041
        6   Pension          211   215   219   230
        7   Udgifter i alt   1212  1235  1250  1271
        8   Gebyr            310   320   331   340
        9   Salg             41    43    46    48
        10  Indtægter i alt  351   363   378   388
        11  Nettoudgifter    861   872   873   883
        15                   2023  2024  2025  2026
        16  Skat             510   530   540   560
        17  Tilskud          310   320   331   340
        18  Skatter i alt    821   850   870   900
        19  Renter           12    14    17    19
        20  Afdrag           41    42    43    49
        21  Finans i alt     53    55    60    68
        #: ARI002 D10
    """,
    "the step of a running sum may have been typed as text": """
            A        B       C     D       E       F       G      H
        4            Køb     Trin  Første  Andet   Tredje  2024   2025
        5   Bænke    2020,0  10,0  2030,0  2040,0  2050,0  500,0  510,0
        6   Tag      2025,0  '15   2040,0  2055,0  2070,0  700,0  720,0
        7   Bro      2030,0  25,0  2055,0  2080,0  2105,0  900,0  930,0
        8   Bil      2031,0  50,0  2081,0  2131,0  2182,0  100,0  140,0
        #: ARI001 F8
    """,
    "a surplus tells what the expenditure before it was": """
            A                  B
        3   Indtægter
        4   Tilskud            0
        5   Lån                30000
        6   Indtægter i alt    30000
        8   Udgifter
        9   Depositum          6000
        10  Inventar           1800
        11  Undervisning       6000
        12  Reserve            26572
        13  Uforudset          2019
        14  Udgifter i alt     40591
        16  Underskud          -12391
        #: ARI002 B14
    """,
    "a line that is the sum of many in four columns of five is so in the fifth": """
            A             B      C      D      E      F
        4                 2024   2025   2026   2027   2028
        5   Lån           0      0      0      0      0
        6   Kassekredit   -5     0      0      0      0
        7   Andet         0      0      0      0      0
        8   Udstedelse    5      5      5      5      5
        9   Tilbagekøb    -20    -20    -20    -20    -20
        10  Renter        0      0      0      0      0
        11  Udbytte       -150   -150   -150   -150   -150
        12  Finansiering  -170   -165   165    -165   -165
        #: ARI002 D12
    """,
    "one formula beside it gives a slip of the hand away": """
            A          B     C     D
        4              2022  2023  2024
        5   Løn        712   1830  1861
        6   Drift      795   381   371
        7   Husleje    535   607   577
        8   Vand       229   77    71
        9   Udgifter   411   -2895  =SUM(D5:D8)→2880
        10  Andet      530   112   130
        #: ARI002 C9
    """,
    "the word for a total may stand anywhere before its amounts": """
            A          B       C             D        E
        9              5464                  986000   1223000
        10             5471                  943000   1238000
        11             5472                  623000   327000
        12             5706                  314000   266000
        13             5707                  4122000  4074000
        14                     I alt ophørt  6988000  7821000
        #: ARI002 E14
    """,
    "a net of two totals is wrong, and not the balance that adds it": """
            A                          B         C         D
        4                              2022      2023      2024
        5   Property taxes             25308     25647     24547
        6   Sales tax                  13251     11750     9014
        7   Licenses                   2527      2275      2623
        8   Total revenues             41086     39672     36184
        9   Police                     13068     16640     16851
        10  Fire                       7398      11223     9782
        11  Public works               4670      4278      4392
        12  Total expenditures         25136     32141     31025
        13  Excess of revenues         15950     7351      5159
        14  Balance, beginning         7396      6090      5721
        15  Balance, ending            23346     13621     10880
        #: ARI002 C13
    """,
    "amounts without a text are the sum of three lines, right in two years and wrong in one": """
            A                        B        C        D
        4                            2022     2023     2024
        5   Repairs                  74107    61891    84975
        6   Supervision              58764    57741    51905
        7   Depreciation             89471    83428    83173
        8                            222342   203060   220053
        9   Dwelling rents           -268023  -263827  -281564
        10  Other rents              -5955    -5492    -6801
        11  Service charges          -23032   -21037   -16175
        12                           -297010  -270031  -304540
        13  Net (surplus)/deficit    -74668   -87296   -84487
        #: ARI002 C12
    """,
    "net costs where the income stands first": """
            A                   B      C      D
        4                       2024   2025   2026
        5   Renteinntekter      6104   5210   6890
        6   Renteutgifter       19022  20455  18733
        7   Avdrag på lån       24310  23177  25068
        8   Netto finansutgifter  37228  38422  39611
        #: ARI002 D8
    """,
    "a total wrong by a thousand is one fault, though what rests on it is off by a rounding more": """
            A                   B      C      D      E
        4                       2024   2025   2026   2027
        5   Pay                 150.2  155.7  161.4  166.9
        6   Prices              50.8   51.7   52.7   53.2
        7   Total expenditure   201.0  207.4  214.1  220.1
        8   Council tax         93.7   112.0  121.1  90.7
        9   Business rates      61.8   64.6   58.2   67.0
        10  Grants              44.3   45.8   41.7   48.1
        11  Total funding       199.8  222.4  221.0  205800
        12  Budget gap          1.2    -15.0  -6.9   14.2
        #: ARI002 E11
    """,
}


@pytest.mark.parametrize("drawing", GRIDS.values(), ids=GRIDS)
def test_totals(drawing: str) -> None:
    grid = read_grid(textwrap.dedent(drawing.strip("\n")))
    found = sorted(one for one in map(place, grid.findings()) if one[0] in AT_FAULT)
    assert found == sorted(grid.expected)
