/** HTML in which text cannot become markup: whatever is put into a template is escaped. */
import { html as template } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** Markup made with {@link html}; the only thing that passes into another template as it is. */
export type Html = HtmlEscapedString

/** What a template takes. Text is escaped; `false` and what is absent leave nothing. */
export type Part = string | number | false | null | undefined | Html | readonly Part[]

/**
 * Markup from a template. Interpolated text is safe between tags and within quoted attributes;
 * attributes must therefore be quoted.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = template(strings, ...parts)
  if (markup instanceof Promise) throw new TypeError('a template waits for nothing')
  return markup
}
