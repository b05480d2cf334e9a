import { html } from 'hono/html'
import type { Html, Page } from '../html.ts'
import { icon } from '../icons/icon.ts'
import { appPage } from '../layout.ts'
import { type CustomerFieldsProps, customerFields } from '../partials/customer-fields.ts'
import { notice } from '../partials/notice.ts'
import { trail } from '../partials/trail.ts'
import type { PageContext, Viewer } from '../site.ts'

export type CustomerFormPageProps = PageContext & {
  readonly viewer: Viewer
  /** `account`: an owner's own. */
  readonly of: 'customer' | 'account'
  readonly name: string
  /** Of the page it belongs to. */
  readonly path: string
  readonly action: string
  readonly fields: CustomerFieldsProps
}

/** What is written down of one customer, to be changed. */
export function customerFormPage(props: CustomerFormPageProps): Page {
  const { of, name, path, action, reader, fields } = props
  const isOwn = of === 'account'
  return appPage({
    ...props,
    title: `Details of ${name}`,
    place: isOwn ? 'account' : 'customers',
    body: html`
    ${trail(
      'Where this is',
      isOwn
        ? [{ name: 'Account', path }]
        : [
            { name: 'Customers', path: '/customers' },
            { name, path },
          ],
    )}
    <header class="page-head"><h1 class="title">Details of <bdi>${name}</bdi></h1></header>
    <form class="sheet" action="${action}" method="post">
      ${problemNotice(fields)}
      ${customerFields(reader, fields)}
      <p class="row"><button class="button primary">${icon('check')}Save</button><a class="button" href="${path}">Leave it as it is</a></p>
    </form>`,
  })
}

export function problemNotice({ problems }: Pick<CustomerFieldsProps, 'problems'>): Html | string {
  return Object.keys(problems).length === 0
    ? ''
    : notice({ icon: 'octagon-x', state: 'failed', words: 'Nothing was saved yet: what is not right is said beside it.' })
}
