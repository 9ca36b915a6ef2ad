/** The look of the search page, beside that of all pages. */
export const searchStyle = `input[type="search"], select { width: 100%; min-height: 2.75rem; padding: .55rem .9rem; border: 1px solid var(--edge); border-radius: .65rem; background: var(--paper); color: inherit; font: inherit; }
[role="search"] > label, [role="search"] details > label { display: block; margin: 0 0 .4rem; font-weight: 600; }
.ask { display: flex; flex-wrap: wrap; gap: .75rem; }
.ask input { flex: 1 1 15rem; }
.ask button { flex: 0 1 auto; }
.about { margin: 0 0 .5rem; font-size: .875rem; color: var(--soft); }
.passage { margin: 0; }
mark { padding: 0 .1em; border-radius: .2rem; background: var(--warn); color: var(--warn-ink); }
progress { display: block; width: 100%; height: .75rem; margin: 0 0 .5rem; accent-color: var(--accent); }
@media (max-width: 30rem) {
  .ask > * { flex: 1 1 100%; }
}
`
