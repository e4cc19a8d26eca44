"""How the pages look, on a screen and printed on A4."""

CSS = """
:root{--ink:#1b2a3d;--grey:#5f6b78;--line:#e1e7ed;--pale:#f4f6f9;--blue:#2b5c8a;--better:#1f6b49;--worse:#a5301f}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:#eef1f5;color:var(--ink);font:14px/1.55 "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",SimHei,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:880px;margin:24px auto;padding:36px 44px 28px;background:#fff;box-shadow:0 1px 3px rgba(27,42,61,.12)}
header{border-bottom:3px solid var(--blue);padding-bottom:14px;margin-bottom:20px}
header .bank{margin:0;color:var(--grey);font-size:13px;letter-spacing:.04em}
header .bank span::before{content:"·";margin:0 .6em}
h1{margin:.1em 0 .2em;font-size:28px;line-height:1.3;font-weight:700;letter-spacing:.02em}
h1 .en{font-size:14px;font-weight:400;margin-left:.5em}
.when{margin:0;font-size:13px;color:var(--grey)}
.when strong{color:var(--ink);font-size:15px}
.en{color:var(--grey);font-size:11px;font-weight:400;letter-spacing:0}
h2{margin:0 0 10px;font-size:16px;font-weight:700;line-height:1.4}
section{margin:0 0 28px}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px}
.tile{position:relative;border:1px solid var(--line);border-top:3px solid var(--blue);border-radius:3px;padding:10px 12px 9px;min-width:0}
.tile h2{font-size:12.5px;font-weight:500;margin:0;color:var(--ink)}
.tile .en{display:block;font-size:10px;line-height:1.2}
.tile .value{margin:4px 0 0;font-size:26px;line-height:1.25;font-weight:700}
.tile svg{position:absolute;right:10px;top:10px;width:84px;height:22px}
.tile .change{margin:2px 0 0;font-size:11.5px;color:var(--grey)}
.change b{font-weight:600;padding:0 4px;border-radius:2px;white-space:nowrap}
.better{color:var(--better);background:#e7f3ed}
.worse{color:var(--worse);background:#fbeae7}
figure{margin:0}
figure svg{display:block;width:100%;height:auto}
.note{margin:6px 0 0;font-size:12px;color:var(--grey)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:12.5px;line-height:1.4}
th,td{padding:5px 8px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{border-top:1.5px solid var(--ink);border-bottom:1.5px solid var(--ink);font-weight:600;white-space:nowrap}
thead .en{display:block;font-size:9.5px;line-height:1.2}
tbody th{font-weight:500;min-width:6em}
tbody tr:nth-child(even){background:var(--pale)}
tfoot th,tfoot td{font-weight:700;border-top:1.5px solid var(--ink);border-bottom:1.5px solid var(--ink)}
.n{text-align:right;white-space:nowrap}
.none{text-align:center;color:var(--grey);padding:18px}
footer{border-top:1px solid var(--line);padding-top:12px;font-size:11.5px;color:var(--grey)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:0}
dt .en{font-size:10px}
dd{margin:0;overflow-wrap:anywhere}
@media screen and (max-width:760px){main{margin:0;padding:20px 16px}.tiles{grid-template-columns:repeat(2,1fr)}}
@page{size:A4;margin:14mm 13mm 16mm}
@media print{
body{background:#fff;font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;margin:0;padding:0;box-shadow:none}
.wide{overflow:visible}
table{font-size:8.5pt}
th,td{padding:3px 5px}
thead{display:table-header-group}
tfoot{display:table-row-group}
h2{break-after:avoid}
tr,.tile,figure,dl>*{break-inside:avoid}
section{margin-bottom:16pt}
}
"""
