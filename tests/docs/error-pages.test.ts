import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { agentCatalogue, agentCodes } from '../../agent/errors/agent-catalogue.ts'
import { problemCatalogue, problemCodes } from '../../server/http/problem-catalogue.ts'

/** One page per code, whichever program a code is born in; the box serves them all. */
const folder = join(import.meta.dirname, '../../docs/user/errors')
const pages = readdirSync(folder)
  .filter((name) => /^HF-.*\.md$/.test(name))
  .map((name) => name.slice(0, -'.md'.length))
const headings = ['## Cause', '## Evidence', '## Who can fix it', '## What to do']

test('there is a page for every code, and a code for every page', () => {
  expect(pages.toSorted()).toEqual([...new Set([...problemCodes, ...agentCodes])].toSorted())
})

describe('a page of the agent', () => {
  test.each(agentCodes)('%s has the catalogue’s title and its four parts, each saying something', (code) => {
    const lines = readFileSync(join(folder, `${code}.md`), 'utf8').split('\n')
    expect(lines[0]).toBe(`# ${code}: ${agentCatalogue[code].title}`)
    expect(lines.filter((line) => line.startsWith('## '))).toEqual(headings)
    for (const heading of headings) expect(lines[lines.indexOf(heading) + 2], heading).toMatch(/\w{2}/)
  })
})

test.each(problemCodes.filter((code) => code in agentCatalogue))('%s, which both programs say, has one title', (code) => {
  const own: Readonly<Record<string, { readonly title: string }>> = agentCatalogue
  expect(own[code]?.title).toBe(problemCatalogue[code].title)
})
