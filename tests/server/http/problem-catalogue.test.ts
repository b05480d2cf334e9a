import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Problem, problemDocument, problemPagePath } from '../../../server/http/problem.ts'
import { problemCatalogue, problemCodes } from '../../../server/http/problem-catalogue.ts'
import { errorPagesFolder, testApp } from '../../support/test-app.ts'

const sections = ['## Cause', '## Evidence', '## Who can fix it', '## What to do']

describe('the catalogue of problems', () => {
  test('and the pages of the manual: every code has one (codes of agents have theirs there too)', async () => {
    const pages = (await readdir(errorPagesFolder)).map((file) => file.replace(/\.md$/, ''))
    expect(problemCodes.length).toBeGreaterThan(40)
    expect(problemCodes.filter((code) => !pages.includes(code))).toEqual([])
  })

  test.each(problemCodes)('%s has a page with its title and all four parts', async (code) => {
    const text = await readFile(join(errorPagesFolder, `${code}.md`), 'utf8')
    expect(text.split('\n')[0]).toBe(`# ${code}: ${problemCatalogue[code].title}`)
    expect(text.split('\n').filter((line) => line.startsWith('## '))).toEqual(sections)
    for (const part of text.split(/^## .*$/m).slice(1)) expect(part.trim().length).toBeGreaterThan(3)
  })

  test.each(problemCodes)('%s has an error status, a title without full stop, a hint with one', (code) => {
    const { status, title, hint } = problemCatalogue[code]
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect(title).toMatch(/[^.]$/)
    expect(hint).toMatch(/\.$/)
  })

  test('`type` of every problem leads to its page on the box', async () => {
    await using box = await testApp()
    for (const code of problemCodes) {
      const answer = await box.app.request(problemPagePath(code))
      expect(answer.status, code).toBe(200)
      expect(await answer.text(), code).toContain(code)
    }
    const index = await (await box.app.request('/docs/errors')).text()
    for (const code of problemCodes) expect(index).toContain(`href="/docs/errors/${code}"`)
    expect((await box.app.request('/docs/errors/HF-NO-SUCH-CODE')).status).toBe(404)
    expect((await box.app.request('/docs/errors/__proto__')).status).toBe(404)
    expect((await box.app.request('/docs/errors/..%2f..%2fpackage.json')).status).toBe(404)
  })
})

describe('a problem document', () => {
  test('has the members of RFC 9457 and ours', () => {
    const problem = new Problem('HF-CHUNKS-MISSING', { detail: 'Two are missing.', members: { missing: ['a', 'b'] } })
    expect(problemDocument(problem, 'req_1')).toEqual({
      type: '/docs/errors/HF-CHUNKS-MISSING',
      title: problemCatalogue['HF-CHUNKS-MISSING'].title,
      status: 409,
      code: 'HF-CHUNKS-MISSING',
      detail: 'Two are missing.',
      hint: problemCatalogue['HF-CHUNKS-MISSING'].hint,
      who: 'you',
      requestId: 'req_1',
      missing: ['a', 'b'],
    })
  })

  test('keeps its standard members whatever else it carries', () => {
    const problem = new Problem('HF-NOT-FOUND', { members: { status: 200, code: 'HF-ALL-WELL', requestId: 'x' } })
    expect(problemDocument(problem, 'req_1')).toMatchObject({ status: 404, code: 'HF-NOT-FOUND', requestId: 'req_1' })
  })
})
