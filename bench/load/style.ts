/** How the page looks, light and dark, on a desk and on a telephone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #111418);
  --card: light-dark(#fff, #1a1e24);
  --text: light-dark(#1b1f24, #e8ebef);
  --quiet: light-dark(#59636e, #9aa5b1);
  --rule: light-dark(#dfe3e8, #2d343d);
  --ramp: light-dark(#eef1f5, #22272f);
  --good: light-dark(#1a7f37, #4cc268);
  --bad: light-dark(#c1121f, #ff7b72);
  --line-1: light-dark(#0b6bcb, #5aa9ff);
  --line-2: light-dark(#b35900, #f0a04b);
  --line-3: light-dark(#a3158a, #f07fd8);
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 1200px; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.6rem; margin: 0 }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0 }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem }
small { color: var(--quiet); font-weight: normal; font-size: .8rem }
header p { margin: .4rem 0; max-width: 75ch }
.quiet { color: var(--quiet); font-size: .875rem }
ul.quiet { padding-left: 1.2rem; max-width: 75ch }
.verdict { font-weight: 600 }
.good { color: var(--good) }
.bad, .tile.bad dd { color: var(--bad) }
.tiles, .chart, .scrolling { background: var(--card); border: 1px solid var(--rule); border-radius: 10px }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 1rem }
.tile dt { color: var(--quiet); font-size: .8rem }
.tile dd { margin: 0; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.25 }
.tile small { display: block }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem }
.chart { margin: 0; padding: .8rem 1rem 1rem; min-width: 0 }
.chart:first-child { grid-column: 1 / -1 }
.chart:first-child svg { height: 240px }
.chart figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem }
.chart h3 { margin: 0 }
.legend { display: flex; gap: 1rem; margin: 0; padding: 0; list-style: none; font-size: .85rem }
.key { display: inline-block; width: 1rem; height: 3px; border-radius: 2px; margin-right: .4rem; vertical-align: middle }
.key-1 { background: var(--line-1) } .key-2 { background: var(--line-2) } .key-3 { background: var(--line-3) }
.plot { position: relative; margin: .8rem 0 1.4rem 3rem }
.plot svg { display: block; width: 100%; height: 150px; overflow: visible }
.plot span { position: absolute; color: var(--quiet); font-size: .75rem; line-height: 1; white-space: nowrap; font-variant-numeric: tabular-nums }
.y span { right: calc(100% + .5rem); transform: translateY(50%) }
.x span { top: calc(100% + .4rem); transform: translateX(-50%) }
.x span:first-child { transform: none }
.x span:nth-last-child(1):not(:first-child) { transform: translateX(-80%) }
.grid { stroke: var(--rule); stroke-width: 1; vector-effect: non-scaling-stroke }
.ramp { fill: var(--ramp) }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke }
.line-1 { stroke: var(--line-1) } .line-2 { stroke: var(--line-2) } .line-3 { stroke: var(--line-3) }
.scrolling { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .875rem; font-variant-numeric: tabular-nums }
th, td { padding: .45rem .8rem; text-align: right; white-space: nowrap }
th:first-child, .text { text-align: left }
.text { white-space: normal; min-width: 20rem; overflow-wrap: anywhere }
tbody th { font-weight: normal }
thead th { color: var(--quiet); font-weight: 500 }
tbody tr, tfoot tr { border-top: 1px solid var(--rule) }
tfoot { font-weight: 600 }
@media (max-width: 40rem) { th, td { padding: .4rem .45rem } table { font-size: .8rem } }
`
