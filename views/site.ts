import type { Reader } from './reader.ts'

/** What all pages of one box share. */
export type Site = {
  /** Where the style sheet, fonts and scripts lie, without a slash at the end: `/assets/<version>`. */
  readonly assets: string
  /** The host name people know this box by. */
  readonly host: string
  /** Name of the cookie in which the browser says its time zone. */
  readonly zoneCookie: string
}

/** Who looks at the page, and in whose account they stand. */
export type Viewer = {
  readonly name: string
  readonly role: string
  readonly account: { readonly name: string; readonly number: string }
  /** `member`: in an account they belong to. `guest`: staff in somebody's account. `box`: staff before the box as a whole. */
  readonly standing: 'member' | 'guest' | 'box'
  /** Of the box's own people: they find its pages in the menu. */
  readonly staff?: 'administrator' | 'implementor'
  /** Staff who have broken the account's glass: they find what its members find. */
  readonly readsFiles?: boolean
  /** There are other accounts they may stand in. */
  readonly maySwitch?: boolean
}

/** What every page is given besides its own props. */
export type PageContext = {
  readonly site: Site
  readonly reader: Reader
  /** An administrator who may read a customer's files for the moment; every page says so. */
  readonly glass?: { readonly customer: string; readonly untilMs: number }
}
