/** Why a letter was not taken, who can mend it and how: what the page of settings and the list of letters say. */
import type { WhoCanFix } from '../http/problem-catalogue.ts'
import type { MailFault } from './mail.ts'

export interface MailWords {
  /** A sentence. */
  readonly says: string
  readonly who: WhoCanFix
  readonly hint: string
}

export const mailWords: Readonly<Record<MailFault, MailWords>> = {
  'not-set-up': {
    says: 'The box has no mail server yet.',
    who: 'administrator',
    hint: 'Name one under Settings. Letters that wait are sent once it is there.',
  },
  'password-lost': {
    says: 'The password of the mail server cannot be read any more.',
    who: 'administrator',
    hint: 'It lies under another box key. Type it again under Settings.',
  },
  'unknown-host': {
    says: 'No mail server has this name.',
    who: 'administrator',
    hint: 'Check how its name is written, and that the box can look names up (DNS).',
  },
  refused: {
    says: 'Nothing answers at this port of the mail server.',
    who: 'administrator',
    hint: 'Check the port: 465 with TLS from the start, 587 with STARTTLS. Or the mail server is not running.',
  },
  unreachable: {
    says: 'The mail server cannot be reached.',
    who: 'network',
    hint: 'A firewall may be in between; many networks block port 25. Try 587 or 465.',
  },
  'too-slow': {
    says: 'The mail server was reached and did not answer in time.',
    who: 'administrator',
    hint: 'Often the port speaks TLS from the start, and STARTTLS or none was chosen. Port 465 wants TLS from the start.',
  },
  tls: {
    says: 'The encrypted connection could not be made.',
    who: 'administrator',
    hint: 'Often the port speaks STARTTLS, and TLS from the start was chosen. Port 587 wants STARTTLS. TLS older than 1.2 is refused.',
  },
  certificate: {
    says: 'The certificate of the mail server is not to be believed.',
    who: 'administrator',
    hint: 'Its name must be the one written here, and it must not have expired. If its authority is your own, paste the authority’s certificate.',
  },
  'no-starttls': {
    says: 'The mail server does not offer encryption by STARTTLS.',
    who: 'administrator',
    hint: 'Try TLS from the start with port 465. Without encryption everybody in between reads password and letters.',
  },
  'sign-in': {
    says: 'The mail server does not accept this user and password.',
    who: 'administrator',
    hint: 'Type both again. Some providers want a password made for programs, or must first allow SMTP for the mailbox.',
  },
  'no-sign-in': {
    says: 'The mail server wants a user and a password.',
    who: 'administrator',
    hint: 'Enter both, or let the mail server take letters from this box without.',
  },
  sender: {
    says: 'The mail server does not let the box write under this sender.',
    who: 'administrator',
    hint: 'Use an address that belongs to the user who signs in there.',
  },
  recipient: {
    says: 'The mail server does not take letters to this address.',
    who: 'administrator',
    hint: 'Check the address of the person. If it is right, the mail server does not pass letters on for this box.',
  },
  content: {
    says: 'The mail server refused the letter itself.',
    who: 'administrator',
    hint: 'Its answer says why: often a filter against spam, to which the box has to be made known.',
  },
  later: {
    says: 'The mail server wants the letter later.',
    who: 'network',
    hint: 'It is tried again by itself. Some servers put every first letter off for some minutes.',
  },
  closed: {
    says: 'The mail server closed the connection.',
    who: 'administrator',
    hint: 'It may refuse this box, or be overloaded. Its own log says more.',
  },
  other: {
    says: 'The mail server gave an answer that was not expected.',
    who: 'administrator',
    hint: 'Is it a mail server, and is this its port for sending?',
  },
}
