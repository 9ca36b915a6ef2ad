/**
 * Text that comes back from Cookbook as it was sent.
 *
 * Cookbook takes a `<` before anything but white space for HTML and drops what follows, writes `_`
 * for a backslash and decodes entities; and it does all that twice, when it stores a recipe and
 * again when it reads it. So these characters are sent as entities of entities: "bake at <180 °C"
 * stays what it says.
 */

/** What Cookbook would take for markup, escaped for both times. */
export function guarded(text: string): string {
  return text
    .replace(/&(?=#?\w+;)/g, '&amp;amp;')
    .replace(/<(?=\S)/g, '&amp;lt;')
    .replaceAll('\\', '&amp;#92;')
}

/** Whether a text can be kept in a field whose entities Cookbook shows in its lists. */
export function isPlain(text: string): boolean {
  return !/<\S|&#?\w+;|\\/.test(text)
}
