import { describe, expect, test } from 'vitest'
import { prepareLetter } from '../../../server/letters/letter.ts'
import type { Letter, LetterFrame } from '../../../views/letters/letter.ts'
import { letterHtml } from '../../../views/letters/letter-html.ts'
import { letterText } from '../../../views/letters/letter-text.ts'

const frame: LetterFrame = { baseUrl: 'https://box.calder-rowe.example', senderName: 'Backups of Calder & Rowe' }

const full: Letter = {
  subject: 'RECEPTION-PC was not backed up',
  state: 'failed',
  paragraphs: ['RECEPTION-PC was not backed up today.', 'What was kept until yesterday is safe.'],
  facts: [{ label: 'Computer', value: '<b>RECEPTION</b> & co' }],
  table: {
    title: 'Computers',
    head: ['Computer', 'State'],
    rows: [
      ['STUDIO', 'Backed up'],
      ['RECEPTION', 'Failed'],
    ],
    more: 'And 12 more.',
  },
  action: { label: 'See what happened', path: '/computers?state=failed&sort=name' },
  quiet: ['You get this letter because you asked for it.'],
}

describe('a letter', () => {
  test('as HTML: escaped, nothing fetched, no script, readable in the dark', async () => {
    const text = String(await letterHtml(full, frame))
    expect(text).toContain('&lt;b&gt;RECEPTION&lt;/b&gt; &amp; co')
    expect(text).toContain('href="https://box.calder-rowe.example/computers?state=failed&amp;sort=name"')
    expect(text).toContain('prefers-color-scheme:dark')
    expect(text).not.toMatch(/<img|<script|@import|url\(|src=/)
    const links = [...text.matchAll(/(?:href)="([^"]*)"/g)].map(([, link]) => link)
    expect(links.every((link) => link?.startsWith(frame.baseUrl))).toBe(true)
  })

  test('as text: the same words, the link in one piece, nothing marked up', () => {
    const text = letterText(full, frame)
    expect(text).toContain('Failed: RECEPTION-PC was not backed up today.')
    expect(text).toContain('Computer: <b>RECEPTION</b> & co')
    expect(text).toContain('\nhttps://box.calder-rowe.example/computers?state=failed&sort=name\n')
    expect(text).toContain('* RECEPTION\n  State: Failed')
    expect(text).toContain('And 12 more.')
  })

  test('that says one sentence has no empty parts', async () => {
    const bare: Letter = { subject: 'Hello', paragraphs: ['One sentence.'] }
    expect(letterText(bare, frame)).toBe(
      'One sentence.\n\n-- \nBackups of Calder & Rowe ·\nhttps://box.calder-rowe.example\n'.replace('·\n', '· '),
    )
    expect(String(await letterHtml(bare, frame))).not.toMatch(/<h2|class="button"/)
  })
})

describe('a subject', () => {
  test.each([
    { title: 'with an end of line', given: 'Hello\r\nBcc: all@example.com', expect: 'Hello Bcc: all@example.com' },
    { title: 'with what turns text round', given: 'exe\u202egpj', expect: 'exe gpj' },
    { title: 'of many characters', given: 'x'.repeat(500), expect: `${'x'.repeat(199)}…` },
  ])('$title is one line', ({ given, expect: expected }) => {
    const { letter } = prepareLetter({ email: 'a@b.example', name: 'A' }, { subject: given, paragraphs: [''] })
    expect(letter.subject).toBe(expected)
  })

  test.each(['', 'a@b.example\r\nBcc: c@d.example', 'a b@c.example', 'a@b.example,c@d.example'])(
    'goes to an address or nowhere: %j',
    (email) => {
      expect(() => prepareLetter({ email, name: '' }, { subject: 's', paragraphs: [] })).toThrow('mail address')
    },
  )
})
