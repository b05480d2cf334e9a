import { type Letter, type LetterFrame, type LetterState, type LetterTable, letterLink } from './letter.ts'

const lineCharacters = 76
const stateWords: Readonly<Record<LetterState, string>> = { ok: 'All well', partial: 'Please look', failed: 'Failed' }

/** A letter for whoever reads text alone: the same words in the same order. */
export function letterText(letter: Letter, frame: LetterFrame): string {
  const { state, paragraphs, facts = [], table, action, quiet = [] } = letter
  const [first = '', ...rest] = paragraphs
  const parts = [
    wrapped(state === undefined ? first : `${stateWords[state]}: ${first}`),
    ...rest.map((paragraph) => wrapped(paragraph)),
    facts.map(({ label, value }) => wrapped(`${label}: ${value}`)).join('\n'),
    table === undefined ? '' : tableText(table),
    // Never wrapped: a link in two pieces opens nothing.
    action === undefined ? '' : `${action.label}:\n${letterLink(frame, action.path)}`,
    ['-- ', ...quiet.map((line) => wrapped(line)), wrapped(`${frame.senderName} · ${frame.baseUrl}`)].join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Rows as blocks: columns that depend on a font of one width break wherever it has another. */
function tableText({ title, head, rows, more }: LetterTable): string {
  const blocks = rows.map((cells) => {
    const [name = '', ...others] = cells
    const lines = others.flatMap((cell, index) => (cell === '' ? [] : [`  ${head[index + 1] ?? ''}: ${cell}`]))
    return [`* ${name}`, ...lines].join('\n')
  })
  return [`${title}`, ...blocks, ...(more === undefined ? [] : [more])].join('\n')
}

function wrapped(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/u)) {
    if (line !== '' && line.length + 1 + word.length > lineCharacters) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
