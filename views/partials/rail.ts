import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { type IconName, icon } from '../icons/icon.ts'
import type { Viewer } from '../site.ts'
import { brand } from './brand.ts'

/** Every place of the menu, in its order. `group`: the account one stands in; everyone's accounts; the box; the house of its staff. */
const places = {
  home: { group: 'account', path: '/', name: 'Home', icon: 'house' },
  restore: { group: 'account', path: '/restore', name: 'Restore', icon: 'rotate-ccw', readsFiles: true },
  computers: { group: 'account', path: '/computers', name: 'Computers', icon: 'monitor' },
  sharing: { group: 'account', path: '/sharing', name: 'Sharing', icon: 'share-2', of: 'members' },
  activity: { group: 'account', path: '/activity', name: 'Activity', icon: 'activity' },
  account: { group: 'account', path: '/account', name: 'Account', icon: 'circle-user-round' },
  overview: { group: 'everyone', path: '/overview', name: 'Overview', icon: 'house' },
  customers: { group: 'everyone', path: '/customers', name: 'Customers', icon: 'building-2' },
  fleet: { group: 'everyone', path: '/fleet', name: 'Computers', icon: 'monitor' },
  plans: { group: 'everyone', path: '/plans', name: 'Plans', icon: 'layers' },
  storage: { group: 'box', path: '/storage', name: 'Storage', icon: 'hard-drive', for: 'administrator' },
  jobs: { group: 'box', path: '/jobs', name: 'Jobs', icon: 'list-checks', for: 'administrator' },
  alerts: { group: 'box', path: '/alerts', name: 'Alerts', icon: 'bell' },
  people: { group: 'house', path: '/people', name: 'People', icon: 'users', for: 'administrator' },
  audit: { group: 'house', path: '/audit', name: 'Audit', icon: 'scroll-text', for: 'administrator' },
  settings: { group: 'house', path: '/settings', name: 'Settings', icon: 'settings', for: 'administrator' },
} as const satisfies Record<string, PlaceInMenu>

type Group = 'account' | 'everyone' | 'box' | 'house'

type PlaceInMenu = {
  readonly group: Group
  readonly path: string
  readonly name: string
  readonly icon: IconName
  /** Of the staff, only these; all of them without it. */
  readonly for?: 'administrator'
  /** Only for the account's own people. */
  readonly of?: 'members'
  /** Only for who may read what was backed up. */
  readonly readsFiles?: true
}

export type Place = keyof typeof places

/** Where staff stand when they stand in nobody's account. */
const boxPath = '/overview'

const groupNames: Readonly<Record<Exclude<Group, 'account'>, string>> = {
  everyone: 'Everyone',
  box: 'This box',
  house: 'House',
}

type RailProps = { readonly viewer: Viewer; readonly place?: Place }

/**
 * The rail: the name, whose office, where to go, who I am. A phone shows a member's menu as tabs along the bottom; that of staff, who
 * have more places, behind a button.
 */
export function rail({ viewer, place }: RailProps): Html {
  const isOfStaff = viewer.standing !== 'member'
  const sheet = isOfStaff ? html` id="menu" popover` : ''
  return html`<header class="rail">
    <a class="brand" href="/">${brand}</a>
    ${whose(viewer)}
    ${isOfStaff ? html`<button class="menu-button button small" popovertarget="menu">${icon('menu')}Menu</button>` : ''}
    <nav class="menu"${sheet} aria-label="Main">
      ${isOfStaff ? staffMenu(viewer, place) : memberMenu(viewer, place)} <a class="own" href="/me">${icon('key-round')}My sign-in</a><form class="leave" action="/signout" method="post"><button>${icon('log-out')}Sign out</button></form>
    </nav>
    <form class="me" action="/signout" method="post"><a href="/me"><b>${viewer.name}</b>${viewer.role}</a><button class="button small quiet">Sign out</button></form>
  </header>`
}

function whose({ account, maySwitch }: Viewer): Html {
  const words = html`<span><b>${account.name}</b><small class="id">${account.number}</small></span>`
  return maySwitch
    ? html`<a class="whose" href="/accounts">${words}<span class="vh">Switch to another account</span>${icon('chevrons-up-down')}</a>`
    : html`<p class="whose">${words}</p>`
}

function memberMenu(viewer: Viewer, place: Place | undefined): Html {
  const { staff } = viewer
  const box = staff === undefined ? '' : html`<a href="${boxPath}">${icon('hard-drive')}The box</a>`
  return html`${linksOf(placesIn('account', viewer), place)}${box}`
}

/** In a customer's account its own places come first; before the box as a whole they are not there. */
function staffMenu(viewer: Viewer, place: Place | undefined): Html {
  const { standing, account } = viewer
  const own = standing === 'guest' ? html`<p>${account.name}</p>${linksOf(placesIn('account', viewer), place)}` : ''
  const groups = (['everyone', 'box', 'house'] as const).map((group) => {
    const found = placesIn(group, viewer)
    return found.length === 0 ? '' : html`<p>${groupNames[group]}</p>${linksOf(found, place)}`
  })
  return html`${own}${groups}`
}

type Listed = readonly [string, PlaceInMenu]

function placesIn(group: Group, { staff, standing, readsFiles }: Viewer): readonly Listed[] {
  const isMember = standing === 'member'
  return Object.entries<PlaceInMenu>(places).filter(
    ([, place]) =>
      place.group === group &&
      (place.for === undefined || place.for === staff) &&
      (place.of === undefined || isMember) &&
      (place.readsFiles === undefined || isMember || readsFiles === true),
  )
}

function linksOf(listed: readonly Listed[], here: Place | undefined): readonly Html[] {
  return listed.map(
    ([key, to]) => html`<a href="${to.path}"${key === here ? html` aria-current="page"` : ''}>${icon(to.icon)}${to.name}</a>
      `,
  )
}
