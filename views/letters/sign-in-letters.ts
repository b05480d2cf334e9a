/** Letters about somebody's own sign-in: a change that they did not make themselves is a reason to act. */
import type { Letter } from './letter.ts'

const notYou =
  'If this was not you, set a new password now: the page of signing in has the way to it. Then tell whoever looks after the box.'
const quiet = ['You get this letter whenever your own sign-in changes. It cannot be switched off.']
const action = { label: 'Look at my sign-in', path: '/me' }

export function passwordReset(link: { readonly path: string }): Letter {
  return {
    subject: 'Set a new password',
    paragraphs: [
      'Somebody asked for a new password for your login.',
      'With the button below you set one. It works once, and for one hour.',
      'If that was not you, leave this letter alone: your password stays as it is.',
    ],
    action: { label: 'Set a new password', path: link.path },
    quiet: ['This letter was asked for on the page of signing in.'],
  }
}

export function passwordChanged(from: { readonly address: string }): Letter {
  return {
    subject: 'Your password was changed',
    paragraphs: ['Your password was changed, and all other sessions have ended.', notYou],
    facts: [{ label: 'From', value: from.address }],
    action,
    quiet,
  }
}

export function addressChange(link: { readonly path: string; readonly name: string }): Letter {
  return {
    subject: 'Is this your new mail address?',
    paragraphs: [
      `${link.name} wants to sign in with this mail address.`,
      'The button below makes it so. It works once, and for one day.',
      'If you do not know what this is about, leave this letter alone.',
    ],
    action: { label: 'Use this address', path: link.path },
    quiet: ['This letter was asked for on the page of a login.'],
  }
}

export function addressChanged(to: { readonly email: string; readonly address: string }): Letter {
  return {
    subject: 'Your mail address was changed',
    paragraphs: [`You sign in with ${to.email} from now on.`, notYou],
    facts: [{ label: 'From', value: to.address }],
    action,
    quiet,
  }
}

export function secondFactorOn(): Letter {
  return {
    subject: 'Two-factor sign-in is on',
    paragraphs: ['Your login asks for a code of your authenticator from now on.', notYou],
    action,
    quiet,
  }
}

export function secondFactorOff(): Letter {
  return {
    subject: 'Two-factor sign-in is off',
    paragraphs: ['Your login asks for nothing but the password from now on.', notYou],
    state: 'partial',
    action,
    quiet,
  }
}

export function recoveryCodeUsed(used: { readonly codesLeft: number; readonly address: string }): Letter {
  return {
    subject: 'A recovery code was used',
    paragraphs: [
      'Somebody signed in with one of your recovery codes.',
      used.codesLeft === 0 ? 'None is left: make new ones.' : `${used.codesLeft} of them are left.`,
      notYou,
    ],
    state: 'partial',
    facts: [{ label: 'From', value: used.address }],
    action,
    quiet,
  }
}
