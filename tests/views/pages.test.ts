import { describe, expect, test } from 'vitest'
import { errorPage } from '../../views/pages/error.ts'
import { signInPage } from '../../views/pages/signin.ts'
import { versionPage } from '../../views/pages/version.ts'
import { pageContext, pageSamples, viewer } from './page-samples.ts'

const page = pageContext('/assets/v')
const samples = Object.entries(pageSamples)
const render = async (name: keyof typeof pageSamples) => String(await pageSamples[name](page))
/** What people read: no tags, no repeated blanks. */
const wordsOf = (html: string) =>
  html
    .replace(/^[\s\S]*<main/, '<main')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ')

/** Beside those of every page. */
const scriptsOfPages = ['/assets/v/choose-rows.js', '/assets/v/copy-text.js', '/assets/v/send-files.js']

describe('every page', () => {
  test.each(samples)('%s holds nothing that the content policy forbids', async (_, sample) => {
    const html = String(await sample(page))
    expect(html).not.toMatch(/\sstyle="|<style|\son[a-z]+="|javascript:|data:|<script>|https?:\/\/(?!www\.w3)[^<]*"\s/)
    const scripts = [...html.matchAll(/<script[^>]*src="([^"]*)"/g)].map((match) => match[1])
    expect(scripts.filter((script) => !scriptsOfPages.includes(script!))).toEqual([
      '/assets/v/time-zone.js',
      '/assets/v/vendor/htmx.min.js',
      '/assets/v/vendor/hx-sse.min.js',
    ])
  })

  test.each(samples)('%s carries each icon it draws, and no other', async (_, sample) => {
    const html = String(await sample(page))
    const drawn = new Set([...html.matchAll(/<use href="#i-([a-z0-9-]+)"/g)].map((match) => match[1]))
    const carried = [...html.matchAll(/<symbol id="i-([a-z0-9-]+)"/g)].map((match) => match[1])
    expect(carried.toSorted()).toEqual([...drawn].toSorted())
  })

  test.each(samples)(
    '%s has one heading, one place to skip to, ids that occur once, and at most one primary button',
    async (_, sample) => {
      const html = String(await sample(page))
      expect(html.match(/<h1/g)).toHaveLength(1)
      expect(html.match(/<main[^>]* id="main"/g)).toHaveLength(1)
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1])
      expect(ids).toEqual([...new Set(ids)])
      expect((html.match(/class="button primary/g) ?? []).length).toBeLessThanOrEqual(1)
      expect(html).not.toMatch(/undefined|\[object|NaN/)
    },
  )

  // A kit names folders and files as they are called on the disk.
  const inOwnWords = samples.filter(([name]) => !name.startsWith('kit-shown'))
  test.each(inOwnWords)('%s says no word that is not for customers', async (_, sample) => {
    expect(wordsOf(String(await sample(page)))).not.toMatch(/\b(snapshot|chunk|repository|prune|pack)s?\b|!|\u2014|Oops/i)
  })
})

describe('what people typed is text', () => {
  const hostile = '"><script>alert(1)</script><use href="#i-moon"/>\'&'

  test('in names, filters and links', async () => {
    const html = String(
      await versionPage({
        ...page,
        viewer: { ...viewer, name: hostile, account: { name: hostile, number: hostile } },
        version: {
          computer: hostile,
          takenAtMs: 0,
          verdict: 'ok',
          isCheckpoint: false,
          job: hostile,
          files: 1,
          sourceBytes: 1,
          newBytes: 1,
          tookMs: 1,
          skipped: 0,
          skippedPath: '/',
        },
        keep: {
          words: { name: hostile, note: hostile },
          kept: { kind: 'for-good' },
          notePath: `/${hostile}`,
          pinPath: undefined,
          unpinPath: `/${hostile}`,
        },
        above: [{ name: hostile, path: `/${hostile}` }],
        folder: hostile,
        filter: hostile,
        entries: [
          {
            ...{ kind: 'file', name: hostile, changedAtMs: 0, sizeBytes: 1, filePath: `/${hostile}`, previewPath: `/${hostile}` },
            thumbnailPath: `/${hostile}`,
            basket: { item: hostile, isIn: true },
          },
          { kind: 'link', name: hostile, changedAtMs: 0, target: hostile },
        ],
        path: `/${hostile}`,
        zipPath: `/${hostile}`,
        tarPath: `/${hostile}`,
        earlierPath: undefined,
        laterPath: undefined,
        basket: {
          ...{ files: 1, folders: 0, links: 0, bytes: 1, path: '/', downloadPath: '/', of: hostile, back: hostile },
          newest: [{ item: hostile, name: hostile, kind: 'file', sizeBytes: 1, versionAtMs: 0 }],
        },
        changesPath: `/${hostile}`,
        pager: { words: hostile },
      }),
    )
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('href="#i-moon"')
    expect(html.split('&quot;&gt;&lt;script&gt;alert(1)').length).toBeGreaterThan(10)
  })

  test('in forms and problems', async () => {
    const signIn = String(await signInPage({ ...page, email: hostile, problem: hostile, next: hostile }))
    const error = String(
      await errorPage({
        ...page,
        status: 400,
        code: hostile,
        title: hostile,
        detail: hostile,
        hint: hostile,
        who: hostile,
        requestId: hostile,
      }),
    )
    expect(signIn + error).not.toContain('<script>alert')
  })
})

describe('what pages say', () => {
  test.each([
    { sample: 'home-none', says: 'Nothing is backed up yet. RECEPTION-PC is connected.' },
    { sample: 'home-one', says: 'Everything is backed up. Last: today 18:02. Next: when you start it.' },
    { sample: 'home-one', says: 'The recovery kit has not been printed yet.' },
    { sample: 'home-many', says: 'All 3 computers, 214,380 files, every version since 1 March 2023.' },
    { sample: 'home-many', says: '312 GiB of 500 GiB used' },
    { sample: 'home-long', says: 'has not been backed up for 9 days. Everything up to Tue 17 March 18:20 is safe.' },
    { sample: 'home-failed', says: 'The last backup of DRAWING-01 failed. Everything up to yesterday 18:02 is safe.' },
    { sample: 'home-paused', says: 'Backups are paused. Until 2 April 2026. Everything up to yesterday 18:02 is safe.' },
    { sample: 'home-some-paused', says: 'All but 2 computers are backed up; 2 are paused. Until somebody switches them on.' },
    { sample: 'computers-none', says: 'No computer is backed up here yet. The first one takes about five minutes.' },
    { sample: 'computers-none', says: 'bin/holdfast-agent connect https://192.168.1.5:8080 --user helen@calder-rowe.example' },
    { sample: 'computers-none', says: '--fingerprint q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' },
    { sample: 'computers-one', says: 'RECEPTION-PC is safe.' },
    {
      sample: 'computers-many',
      says: '2 of 6 computers are safe. 1 failed, 1 silent, 1 backed up only partly and 1 without a backup yet.',
    },
    { sample: 'computer-none', says: 'No version yet. The first backup makes one.' },
    { sample: 'computer-many', says: 'Backed up today at 18:02.' },
    { sample: 'computer-failed', says: 'Still running' },
    { sample: 'computer-failed', says: '12 files left out' },
    { sample: 'folder-none', says: 'This folder was empty.' },
    { sample: 'folder-filtered-none', says: 'No name here contains “&lt;b&gt;&quot;zzz”.' },
    { sample: 'folder-many', says: 'As it was on RECEPTION-PC today at 18:02.' },
    { sample: 'folder-many', says: 'link to ../2026/Invoices' },
    { sample: 'skipped-one', says: '1 file was left out. The other 46,310 files are safe.' },
    { sample: 'skipped-many', says: 'EACCES: permission denied' },
    { sample: 'error', says: 'You can put this right yourself.' },
  ] as const)('$sample: $says', async ({ sample, says }) => {
    expect(wordsOf(await render(sample))).toContain(says)
  })
})
