/** The look of the pages: small enough to be there at once, light and dark, from 360 px on. */
export const style = `:root {
  color-scheme: light dark;
  --ground: #f3f5fa;
  --paper: #fff;
  --ink: #1a2333;
  --soft: #55607a;
  --line: #dce2ee;
  --edge: #7d89a3;
  --accent: #1363ad;
  --accent-ink: #fff;
  --accent-over: #0d4f8d;
  --tint: #eef4fc;
  --danger: #b3202f;
  --warn: #fff5de;
  --warn-ink: #573b00;
  --warn-line: #e9c56c;
  --bad: #fdeeee;
  --bad-ink: #8c1320;
  --bad-line: #eeb3b8;
  --good: #e9f7ee;
  --good-ink: #125a2d;
  --good-line: #a5d8b8;
  --shade: 0 1px 2px rgb(20 35 70 / 6%), 0 8px 28px rgb(20 35 70 / 7%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f131b;
    --paper: #181e29;
    --ink: #e7ebf3;
    --soft: #a6b1c6;
    --line: #2b3547;
    --edge: #74819b;
    --accent: #74b7f6;
    --accent-ink: #071c30;
    --accent-over: #9accfa;
    --tint: #1e2a3b;
    --danger: #ff9aa2;
    --warn: #31260d;
    --warn-ink: #f7dc9a;
    --warn-line: #6d5518;
    --bad: #38161b;
    --bad-ink: #ffb9be;
    --bad-line: #7a2f38;
    --good: #12301e;
    --good-ink: #a3e4ba;
    --good-line: #2a6a43;
    --shade: none;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  padding: 0 1rem 3rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
header, main { max-width: 44rem; margin: 0 auto; }
header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: .5rem 1rem;
  padding: 1.25rem .25rem;
}
header form { margin: 0; }
header button { margin-inline: -.5rem; padding-inline: .5rem; }
.brand { display: flex; align-items: center; gap: .75rem; margin-right: auto; color: inherit; text-decoration: none; }
.brand span { display: block; line-height: 1.3; font-size: .875rem; color: var(--soft); }
.brand strong { display: block; font-size: 1rem; color: var(--ink); }
.user { margin: 0; font-weight: 600; }
main {
  padding: clamp(1.25rem, 5vw, 2.5rem);
  background: var(--paper);
  border: 1px solid var(--line);
  border-radius: 1rem;
  box-shadow: var(--shade);
}
main > :first-child { margin-top: 0; }
main > :last-child, main > form > :last-child, main > :last-child > :last-child { margin-bottom: 0; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.45rem, 1.1rem + 1.6vw, 1.9rem); line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 2rem 0 .75rem; font-size: 1.15rem; line-height: 1.3; }
h3 { margin: 0 0 .5rem; font-size: 1.05rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-over); }
small { font-size: .85rem; font-weight: 400; }
.lead { font-size: 1.05rem; color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }

button, .button {
  display: inline-block;
  min-height: 2.75rem;
  padding: .55rem 1.25rem;
  border: 1px solid var(--accent);
  border-radius: .65rem;
  background: var(--accent);
  color: var(--accent-ink);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-over); border-color: var(--accent-over); color: var(--accent-ink); }
button:focus-visible, .button:focus-visible { border-radius: .65rem; }
.secondary, .danger, .quiet { background: transparent; border-color: var(--edge); color: var(--ink); }
.secondary:hover, .quiet:hover { background: var(--tint); border-color: var(--edge); color: var(--ink); }
.danger { color: var(--danger); }
.danger:hover { background: var(--bad); border-color: var(--danger); color: var(--danger); }
.quiet { border-color: transparent; color: var(--soft); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 1rem; }
.actions form { display: contents; }

.note { margin: 0 0 1.25rem; padding: .9rem 1.1rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--tint); }
.note h2 { margin: 0 0 .25rem; font-size: 1rem; }
.note p { margin: 0; }
.warning { background: var(--warn); border-color: var(--warn-line); color: var(--warn-ink); }
.problem { background: var(--bad); border-color: var(--bad-line); color: var(--bad-ink); font-weight: 600; }
.done { background: var(--good); border-color: var(--good-line); color: var(--good-ink); }
.message::before {
  content: "!" / "";
  display: block;
  width: 3rem;
  margin: 0 0 1.25rem;
  border-radius: 50%;
  background: var(--bad);
  color: var(--bad-ink);
  font-size: 1.35rem;
  font-weight: 700;
  line-height: 3rem;
  text-align: center;
}
.message.over::before { content: "\\2713" / ""; background: var(--good); color: var(--good-ink); }
.next { color: var(--soft); }
form .next { margin: 1.5rem 0 0; }

.facts { margin: 0 0 1.25rem; }
.facts div { display: grid; grid-template-columns: minmax(7rem, 26%) 1fr; gap: .25rem 1rem; padding: .6rem 0; border-top: 1px solid var(--line); }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; min-width: 0; }
.facts small { display: block; color: var(--soft); }

.areas { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .75rem; }
fieldset { min-width: 0; margin: 0; padding: .35rem .5rem .5rem; border: 1px solid var(--line); border-radius: .75rem; }
legend { padding: 0 .4rem; font-weight: 600; }
.choice { display: flex; gap: .7rem; align-items: flex-start; padding: .55rem .5rem; border-radius: .5rem; cursor: pointer; }
.choice:hover { background: var(--tint); }
.choice input { flex: none; width: 1.2rem; height: 1.2rem; margin: .18rem 0 0; accent-color: var(--accent); cursor: pointer; }
details { margin: 1.25rem 0 0; }
details p { margin: .5rem 0 1rem; color: var(--soft); }
summary { padding: .5rem 0; color: var(--accent); font-weight: 600; cursor: pointer; }

.steps { margin: 0; padding: 0; list-style: none; counter-reset: step; }
.steps li { position: relative; min-height: 2rem; padding: .2rem 0 .9rem 3rem; counter-increment: step; }
.steps li::before {
  content: counter(step);
  position: absolute;
  left: 0;
  top: 0;
  width: 2rem;
  border-radius: 50%;
  background: var(--tint);
  color: var(--accent);
  font-weight: 700;
  line-height: 2rem;
  text-align: center;
}
.progress { margin: 0; display: flex; gap: .75rem; align-items: center; color: var(--soft); }
.progress::before { content: ""; flex: none; width: .75rem; height: .75rem; border-radius: 50%; background: var(--accent); animation: breathe 1.6s ease-in-out infinite; }
.progress[data-state="failed"]::before, .progress[data-state="tooLong"]::before { background: var(--danger); animation: none; }
noscript p { margin: 1rem 0 0; }
@keyframes breathe { 50% { opacity: .25; } }

.cards { display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none; }
.cards > li { padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; }
.cards .facts, .cards .actions { margin: 0; }
.cards .actions { margin-top: .5rem; }
.cards .facts div { padding: .4rem 0; border: 0; }
.scopes { display: flex; flex-wrap: wrap; gap: .35rem; margin: 0; padding: 0; list-style: none; font-size: .875rem; }
.scopes li { padding: .1rem .6rem; border-radius: 1rem; background: var(--tint); }
.state { font-weight: 600; }
.on { color: var(--good-ink); }
.log { margin: 0 0 1.5rem; padding: 0; list-style: none; }
.log li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; padding: .7rem 0; border-top: 1px solid var(--line); }
.log p { margin: 0; }
.log small { display: block; }
.log small, .log time { color: var(--soft); }
@media (max-width: 30rem) {
  .brand { flex: 1 1 100%; }
  .user { margin-right: auto; }
  .actions > *, .actions form > button { flex: 1 1 100%; }
  .cards .actions > *, .cards .actions form > button { flex: 1 1 auto; padding-inline: .75rem; }
  .cards > li { padding: 1rem; }
  .facts div { grid-template-columns: 1fr; gap: 0; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before { animation: none !important; }
}
`
