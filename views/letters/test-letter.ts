import type { Letter } from './letter.ts'

/** What the button on the page of settings sends. */
export function testLetter(): Letter {
  return {
    subject: 'A test letter of your backup box',
    state: 'ok',
    paragraphs: [
      'The box can send letters.',
      'Somebody pressed “Send a test letter” on its page of settings. There is nothing to do.',
    ],
    action: { label: 'Open the settings', path: '/settings' },
    quiet: ['This letter was sent once, and by hand.'],
  }
}
