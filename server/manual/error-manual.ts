/**
 * The manual's pages about errors (docs/user/errors/<code>.md), read and rendered once at start, so that every problem's `type`
 * leads to a page on the box itself: whoever has no backup may have no internet either.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { marked } from 'marked'
import { type ProblemCode, problemCodes } from '../http/problem-catalogue.ts'

export interface ManualPage {
  readonly title: string
  /** Rendered from files of the program, which nobody else writes: safe to put into a page as it is. */
  readonly bodyHtml: string
}

export type ErrorManual = ReadonlyMap<ProblemCode, ManualPage>

export async function openErrorManual(folder: string): Promise<ErrorManual> {
  const pages = await Promise.all(problemCodes.map(async (code) => [code, await readPage(folder, code)] as const))
  return new Map(pages)
}

async function readPage(folder: string, code: ProblemCode): Promise<ManualPage> {
  return parseManualPage(await readFile(join(folder, `${code}.md`), 'utf8'))
}

/** `# title` first, then the text. Throws for a file that begins otherwise. */
export function parseManualPage(markdown: string): ManualPage {
  const title = /^# (.+)\n/.exec(markdown)?.[1]
  if (title === undefined) throw new SyntaxError('a page of the manual begins with "# " and its title')
  const bodyHtml = marked.parse(markdown.slice(markdown.indexOf('\n')), { async: false, gfm: true })
  return { title, bodyHtml }
}
