/** Scopes as people choose among them: by area, one box for each. */
import { SCOPES, type Scope } from '../../identity/scopes.ts'
import { type Html, html } from '../html.ts'
import type { Translator } from '../messages/index.ts'

/** What a scope is about: `notes`, `mail` ... */
export type Area = Scope extends `${infer Name}:${string}` ? Name : never

/** What a scope lets do. */
export type Access = 'read' | 'write' | 'send'

/** One box. */
export interface ScopeChoice {
  readonly scope: Scope
  readonly access: Access
  /** Whether it is ticked when the page opens. */
  readonly checked: boolean
  /** Whether the client asks for it; on a page without a client, whether it is suggested. */
  readonly asked: boolean
}

/** The boxes of one area. */
export interface ScopeArea {
  readonly area: Area
  readonly choices: readonly ScopeChoice[]
}

/** Name of the boxes; the value of each is its scope. */
export const SCOPES_FIELD = 'scopes'

/**
 * Boxes for scopes, by area, in the order of {@link SCOPES}.
 * @param offered which scopes can be chosen at all; default: every one
 */
export function scopeAreas(choice: {
  readonly asked: readonly Scope[]
  readonly checked: readonly Scope[]
  readonly offered?: readonly Scope[]
}): ScopeArea[] {
  const { asked, checked, offered = SCOPES } = choice
  const areas = new Map<Area, ScopeChoice[]>()
  for (const scope of SCOPES.filter(each => offered.includes(each))) {
    const [area, access] = scope.split(':') as [Area, Access]
    const choices = areas.get(area) ?? []
    areas.set(area, choices)
    choices.push({ scope, access, checked: checked.includes(scope), asked: asked.includes(scope) })
  }
  return [...areas].map(([area, choices]) => ({ area, choices }))
}

/** Boxes by area: those of `areas` that `show` is true for. */
export function boxes(
  say: Translator,
  areas: readonly ScopeArea[],
  show: (choice: ScopeChoice) => boolean = () => true,
): Html {
  const shown = areas
    .map(({ area, choices }) => ({ area, choices: choices.filter(show) }))
    .filter(({ choices }) => choices.length > 0)
  return html`<div class="areas">${shown.map(
    ({ area, choices }) => html`
<fieldset>
<legend>${say(`area.${area}`)}</legend>
${choices.map(choice => box(say, choice))}
</fieldset>`,
  )}
</div>`
}

function box(say: Translator, { scope, checked }: ScopeChoice): Html {
  return html`<label class="choice"><input type="checkbox" name="${SCOPES_FIELD}" value="${scope}"${
    checked && html` checked`
  }><span>${say(`scope.${scope}`)}</span></label>
`
}

/** Scopes in few words, by area: "Notes: read, change". */
export function summary(say: Translator, scopes: readonly Scope[]): Html {
  return html`<ul class="scopes">${inFewWords(say, scopes).map(
    words => html`
<li>${words}</li>`,
  )}
</ul>`
}

/** The same within a sentence. */
export function summaryText(say: Translator, scopes: readonly Scope[]): string {
  return inFewWords(say, scopes).join('; ')
}

function inFewWords(say: Translator, scopes: readonly Scope[]): string[] {
  return scopeAreas({ asked: scopes, checked: scopes, offered: scopes }).map(
    ({ area, choices }) =>
      `${say.text(`area.${area}`)}: ${choices.map(({ access }) => say.text(`access.${access}`)).join(', ')}`,
  )
}
