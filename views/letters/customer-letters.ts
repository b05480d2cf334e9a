/** What owners are told when their account is suspended, deleted, or neither any more. */
import type { Letter } from './letter.ts'

export type AccountNews = {
  readonly name: string
  readonly number: string
  readonly reason: string
  /** A day, as in 24 April 2026. */
  readonly endsOn: string
}

const whose = ({ name, number }: AccountNews) => [
  { label: 'Account', value: name },
  { label: 'Number', value: number },
]
const quiet = ['You get this letter because you are an owner of this account. It comes whatever letters you chose.']

export function suspendedLetter(news: AccountNews): Letter {
  return {
    subject: `${news.name} is suspended: no backups are taken`,
    state: 'failed',
    paragraphs: [
      `Backups of ${news.name} are not taken any more.`,
      'Everything that was backed up is still there. You can sign in and restore from it as before.',
    ],
    facts: [...whose(news), { label: 'Reason', value: news.reason }],
    action: { label: 'Open the account', path: '/account' },
    quiet,
  }
}

export function resumedLetter(news: AccountNews): Letter {
  return {
    subject: `${news.name} is backed up again`,
    state: 'ok',
    paragraphs: [`Backups of ${news.name} are taken again.`, 'The computers go on by themselves at their next time.'],
    facts: whose(news),
    action: { label: 'Open the account', path: '/account' },
    quiet,
  }
}

export function leavingLetter(news: AccountNews): Letter {
  return {
    subject: `${news.name} was deleted and ends on ${news.endsOn}`,
    state: 'failed',
    paragraphs: [
      `${news.name} was deleted. It ends on ${news.endsOn}.`,
      'Until then nothing is removed: you can restore from it, take an export of it, and keep it after all. Nothing new is backed up.',
      'Then the keys of its backups are destroyed, and nobody can bring them back.',
    ],
    facts: whose(news),
    action: { label: 'Keep the account, or take what you need', path: '/account' },
    quiet,
  }
}

export function staysLetter(news: AccountNews): Letter {
  return {
    subject: `${news.name} was kept`,
    state: 'ok',
    paragraphs: [`${news.name} is not deleted. Nothing was removed.`],
    facts: whose(news),
    action: { label: 'Open the account', path: '/account' },
    quiet,
  }
}
