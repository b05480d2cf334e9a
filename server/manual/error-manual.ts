/**
 * The manual's pages about errors (docs/user/errors/<code>.md), read and rendered once at start, so that every problem's `type`
 * leads to a page on the box itself: whoever has no backup may have no internet either.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { marked } from 'marked'

export interface ManualPage {
  readonly code: string
  readonly title: string
  readonly sections: readonly ManualSection[]
}

export interface ManualSection {
  readonly title: string
  /** Rendered from files of the program, which nobody else writes: safe to put into a page as it is. */
  readonly bodyHtml: string
}

/** By code: those of the box and those that only agents report. */
export type ErrorManual = ReadonlyMap<string, ManualPage>

const pagePattern = /^(HF-[A-Z-]+)\.md$/

export async function openErrorManual(folder: string): Promise<ErrorManual> {
  const codes = (await readdir(folder)).flatMap((file) => pagePattern.exec(file)?.[1] ?? []).sort()
  const pages = await Promise.all(codes.map((code) => readPage(folder, code)))
  return new Map(pages.map((page) => [page.code, page]))
}

async function readPage(folder: string, code: string): Promise<ManualPage> {
  const page = parseManualPage(await readFile(join(folder, `${code}.md`), 'utf8'))
  if (page.code !== code) throw new SyntaxError(`${code}.md is headed ${page.code}`)
  return page
}

/** `# HF-CODE: title` first, then sections that each begin with `## ` and their title. Throws for a file that begins otherwise. */
export function parseManualPage(markdown: string): ManualPage {
  const [head = '', ...parts] = markdown.split(/^## /m)
  const [, code, title] = /^# (HF-[A-Z-]+): (.+)\n/.exec(head) ?? []
  if (code === undefined || title === undefined) throw new SyntaxError('a page begins with "# ", its code, a colon and its title')
  return { code, title, sections: parts.map(parseSection) }
}

function parseSection(part: string): ManualSection {
  const [title = '', ...lines] = part.split('\n')
  return { title: title.trim(), bodyHtml: marked.parse(lines.join('\n'), { async: false, gfm: true }) }
}
