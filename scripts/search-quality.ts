/** Measures how good the search is and writes docs/search-quality.md. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { measure } from '../test/quality/measure.ts'
import { readDocuments, readQuestions } from '../test/quality/set.ts'

const rows = (await measure()).map(
  ({ way, ndcg, firstIsRight }) =>
    `| ${way} | ${ndcg.toFixed(3)} | ${Math.round(firstIsRight * 100)} % |`,
)
const text = `# How good the search is

Measured on ${readDocuments().length} short documents and ${readQuestions().length} questions in [test/quality](../test/quality), all of our own writing: notes, mails, invoices, minutes, recipes and more, some of them nearly alike. The questions came after the documents and mostly use other words; a few ask for a name, a number or a code. Each has graded answers, 2 in full and 1 in part. As users have it out of the box: the built-in English model, the index in SQLite, the default settings.

| Search | nDCG@10 | first row answers in full |
|---|---|---|
${rows.join('\n')}

nDCG@10 is 1 where the best answers come first, and counts the less the lower they are. \`hybrid\` is the default; \`npm test\` holds that it beats both \`keyword\` and \`semantic\`, and that this table is true.

The built-in model is small. A larger one (\`OLLAMA_URL\`, \`INFINITY_URL\`, \`OPENAI_API_KEY\`) finds more by meaning, and other languages than English at all.

Written by \`node scripts/search-quality.ts\`.
`
writeFileSync(join(import.meta.dirname, '../docs/search-quality.md'), text)
process.stdout.write(`${rows.join('\n')}\n`)
