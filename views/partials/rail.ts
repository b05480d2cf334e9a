import { html } from 'hono/html'
import type { Html } from '../html.ts'
import { type IconName, icon } from '../icons/icon.ts'
import type { Viewer } from '../site.ts'
import { brand } from './brand.ts'

const places = {
  home: { path: '/', name: 'Home', icon: 'house' },
  computers: { path: '/computers', name: 'Computers', icon: 'monitor' },
  storage: { path: '/storage', name: 'Storage', icon: 'hard-drive', isForAdministrators: true },
  alerts: { path: '/alerts', name: 'Alerts', icon: 'bell', isForAdministrators: true },
} as const satisfies Record<string, PlaceInMenu>

type PlaceInMenu = {
  readonly path: string
  readonly name: string
  readonly icon: IconName
  readonly isForAdministrators?: true
}

export type Place = keyof typeof places

function placesFor(viewer: Viewer): readonly (readonly [string, PlaceInMenu])[] {
  return Object.entries<PlaceInMenu>(places).filter(
    ([, place]) => place.isForAdministrators !== true || viewer.isAdministrator === true,
  )
}

type RailProps = { readonly viewer: Viewer; readonly place?: Place; readonly isOfStaff?: boolean }

/** The rail: the name, whose office, where to go, who I am. A phone shows the menu as tabs along the bottom; for staff behind a button. */
export function rail({ viewer, place, isOfStaff = false }: RailProps): Html {
  const sheet = isOfStaff ? html` id="menu" popover` : ''
  return html`<header class="rail">
    <a class="brand" href="/">${brand}</a>
    <p class="whose"><span><b>${viewer.account.name}</b><small class="id">${viewer.account.number}</small></span></p>
    ${isOfStaff ? html`<button class="menu-button button small" popovertarget="menu">${icon('menu')}Menu</button>` : ''}
    <nav class="menu"${sheet} aria-label="Main">
      ${placesFor(viewer).map(
        ([key, to]) => html`<a href="${to.path}"${key === place ? html` aria-current="page"` : ''}>${icon(to.icon)}${to.name}</a>
      `,
      )}<form class="leave" action="/signout" method="post"><button>${icon('log-out')}Sign out</button></form>
    </nav>
    <form class="me" action="/signout" method="post"><span><b>${viewer.name}</b>${viewer.role}</span><button class="button small quiet">Sign out</button></form>
  </header>`
}
