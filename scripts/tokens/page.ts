/** The page on what tools and answers take of a model's context. */
import { type MeasuredAnswer, typicalAnswers } from './answers.ts'
import { BUDGETS } from './budgets.ts'
import { chosenLists, listsOfApps, type Measured } from './lists.ts'

/** `docs/reference/tokens.md`, measured now. */
export async function tokenPage(): Promise<string> {
  return [
    '# Tokens',
    '',
    "What the list of tools and typical answers take of a model's context. Counted with the",
    'tokenizer `o200k_base`, which is public, on the JSON as it is sent. Claude and other models have',
    'tokenizers of their own: their counts differ, and what is twice as long here is about twice as',
    'long there.',
    '',
    'A list counts once in a conversation, and clients that cache it pay less. Titles and',
    'annotations, a sixth of a list, are for the client: many do not show them to the model.',
    '[Toolsets](../toolsets.md) says which list to choose.',
    '',
    '## Lists of tools',
    '',
    ...listTable(chosenLists()),
    '',
    'Apps that an instance does not have are not listed at all.',
    '',
    '## Each app',
    '',
    ...listTable(listsOfApps()),
    '',
    '## Answers',
    '',
    'From the demo with its samples, and fifty files, fifty rows and more notes beside them.',
    '',
    ...answerTable(await typicalAnswers()),
    '',
    '## Budgets',
    '',
    'A test fails where a budget is passed; they are in `scripts/tokens/budgets.ts`.',
    '',
  ].join('\n')
}

/** What the choices of an operator cost, as a table. */
export function costTable(): string {
  const rows = chosenLists().map(({ name, tools, tokens }) => `| ${name} | ${tools} | ${tokens} |`)
  return ['| Offered | Tools | Tokens |', '|---|---:|---:|', ...rows].join('\n')
}

function listTable(lists: readonly Measured[]): string[] {
  return [
    '| Offered | Tools | Tokens | For each tool | Budget |',
    '|---|---:|---:|---:|---:|',
    ...lists.map(({ name, tools, tokens }) => {
      const each = Math.round(tokens / tools)
      return `| ${name} | ${tools} | ${tokens} | ${each} | ${BUDGETS[name] ?? ''} |`
    }),
  ]
}

function answerTable(answers: readonly MeasuredAnswer[]): string[] {
  return [
    '| Answer | Tool | Tokens | Budget |',
    '|---|---|---:|---:|',
    ...answers.map(
      ({ name, tool, tokens }) => `| ${name} | \`${tool}\` | ${tokens} | ${BUDGETS[name] ?? ''} |`,
    ),
  ]
}
