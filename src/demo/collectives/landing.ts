const text = `This is where everybody who comes to this collective begins to read. Change the text to
whatever helps them: what you are working on, who is who, and where the important pages are.

- Add pages with the plus sign, and pages below pages.
- Everybody in the team can read them, and may change them if the owner allows it.
- Link to other pages, so that none of them gets lost.
`
/** The heading and what follows it, without the title, have as many bytes as Nextcloud's. */
const size = 400

/** What the first page of a new collective says. */
export function landingText(title: string): string {
  const heading = `# Welcome ${title}\n\n`
  const rest = size - '# Welcome \n\n'.length
  return heading + text.slice(0, rest).padEnd(rest)
}
