/** The documents and questions that say how good the search is; both are files for people. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOCUMENT_TYPES, type DocumentType } from '../../src/search/document.ts'

/** A document of the set. */
export interface QualityDocument {
  readonly id: string
  readonly type: DocumentType
  readonly title: string
  readonly text: string
}

/** A question, and how well documents answer it: 2 in full, 1 in part. */
export interface QualityQuestion {
  readonly question: string
  readonly grades: ReadonlyMap<string, number>
}

/** The documents: `## id | type | title`, and what it says. */
export function readDocuments(): QualityDocument[] {
  const folder = join(import.meta.dirname, 'documents')
  return readdirSync(folder)
    .toSorted()
    .flatMap(file => readFileSync(join(folder, file), 'utf8').split(/^## /m).slice(1))
    .map(part => {
      const [, id = '', word = '', title = '', text = ''] =
        /^(\S+) \| (\S+) \| ([^\n]+)\n(.*)$/s.exec(part) ?? []
      const type = DOCUMENT_TYPES.find(type => type === word)
      if (type === undefined) throw new Error(`not a document of the set: ${part.slice(0, 60)}`)
      return { id, type, title, text: text.trim() }
    })
}

/** The questions: `- question | id grade, id grade`. */
export function readQuestions(): QualityQuestion[] {
  const lines = readFileSync(join(import.meta.dirname, 'questions.md'), 'utf8').split('\n')
  return lines
    .filter(line => line.startsWith('- '))
    .map(line => {
      const [question = '', judgements = ''] = line.slice(2).split(' | ')
      const grades = judgements.split(', ').map((judgement): [string, number] => {
        const [id = '', grade] = judgement.split(' ')
        return [id, Number(grade)]
      })
      return { question, grades: new Map(grades) }
    })
}
