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
  /** They find the box's own pages in the menu. */
  readonly isAdministrator?: boolean
}

/** What every page is given besides its own props. */
export type PageContext = { readonly site: Site; readonly reader: Reader }
