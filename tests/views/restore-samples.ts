/** The Restore page, histories and comparisons in the states a reader may find them in. */
import type { Html } from '../../views/html.ts'
import { type ChangesPageProps, changesPage } from '../../views/pages/changes.ts'
import { type FileHistoryPageProps, fileHistoryPage, type HistoryRowProps } from '../../views/pages/file-history.ts'
import { type RestorePageProps, restorePage } from '../../views/pages/restore.ts'
import type { ChangeProps } from '../../views/partials/change.ts'
import type { FoundFileProps } from '../../views/partials/found-file.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

type Sample = (page: PageContext) => Html
const dayMs = 86_400_000
const KiB = 1024
const MiB = 1024 ** 2

export function restoreSamples(options: { readonly viewer: Viewer; readonly nowMs: number; readonly longName: string }) {
  const { viewer, nowMs, longName } = options
  let buttons = 0
  const inBasket = (isIn = false) => ({ id: `basket-${buttons++}`, item: 'snap_x/home/x', isIn })
  const basket = {
    files: 0,
    folders: 0,
    links: 0,
    bytes: 0,
    newest: [],
    path: '/basket',
    downloadPath: '/basket/download',
    of: 'cus_x',
    back: '/restore',
  }
  const fullBasket = {
    ...basket,
    ...{ files: 2, folders: 1, bytes: 295 * KiB },
    newest: [
      { item: 'snap_x/a', name: '03 March.xlsx', kind: 'file' as const, sizeBytes: 84 * KiB, versionAtMs: nowMs },
      { item: 'snap_x/b', name: longName, kind: 'folder' as const, sizeBytes: undefined, versionAtMs: undefined },
    ],
  }
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO('UTC').toPlainDate()
  const days = Array.from({ length: 35 }, (_, index) => {
    const isEmpty = index % 7 === 5
    return {
      date: today.subtract({ days: 34 - index }),
      changed: isEmpty ? undefined : (index * 37) % 500,
      path: isEmpty ? undefined : '/restore?day=2026-03-24',
      isChosen: index === 32,
    }
  })
  const asked = {
    q: '',
    computer: '',
    plan: '',
    kind: '',
    size: '',
    state: '',
    changedFrom: '',
    changedUntil: '',
    day: '',
    weeks: '',
    sort: '',
  }
  const piece = (text: string, isFound = false) => ({ text, isFound })
  const found = (props: Partial<FoundFileProps> = {}): FoundFileProps => ({
    kind: 'file',
    name: [piece('03 '), piece('March', true), piece('.xlsx')],
    computer: 'RECEPTION-PC',
    folders: [[piece('Documents')], [piece('Invoices', true), piece(' 2026')]],
    sizeBytes: 84.1 * KiB,
    changedAtMs: nowMs - 20 * 60_000,
    deleted: undefined,
    firstAtMs: nowMs - 24 * dayMs,
    lastAtMs: nowMs,
    states: 14,
    historyPath: '/restore/history?device=dev_x&job=documents&path=%2Fx',
    openPath: '/versions/snap_x/browse/home',
    getPath: '/versions/snap_x/file/home/x',
    lookPath: '/versions/snap_x/preview/home/x',
    backPath: '/restores/new?version=snap_x&path=%2Fhome%2Fx',
    basket: inBasket(),
    versions: [
      {
        firstAtMs: nowMs - dayMs,
        lastAtMs: nowMs,
        sizeBytes: 84.1 * KiB,
        moreBytes: 1.2 * KiB,
        getPath: '/versions/snap_x/file/x',
        basket: inBasket(true),
      },
      {
        firstAtMs: nowMs - 2 * dayMs,
        lastAtMs: nowMs - 2 * dayMs,
        sizeBytes: 82.9 * KiB,
        moreBytes: -3.8 * KiB,
        getPath: '/versions/snap_w/file/x',
        basket: inBasket(),
      },
      {
        firstAtMs: nowMs - 24 * dayMs,
        lastAtMs: nowMs - 3 * dayMs,
        sizeBytes: 79.4 * KiB,
        moreBytes: undefined,
        getPath: '/versions/snap_v/file/x',
        basket: inBasket(),
      },
    ],
    ...props,
  })
  const deleted = { atMs: nowMs - 14 * dayMs, lastSeenMs: nowMs - 15 * dayMs }
  const several: readonly FoundFileProps[] = [
    found(),
    found({ name: [piece('March', true), piece(' old layout.xlsx')], deleted, states: 9 }),
    found({
      kind: 'folder',
      name: [piece('03 '), piece('March', true)],
      versions: [],
      states: 7,
      getPath: '/versions/snap_x/zip/x',
    }),
    found({ kind: 'link', name: [piece('march', true)], getPath: undefined, versions: [] }),
    found({
      kind: 'special',
      name: [piece('march.sock')],
      getPath: undefined,
      basket: undefined,
      versions: [],
      changedAtMs: undefined,
    }),
    found({ states: 1, deleted: { atMs: undefined, lastSeenMs: nowMs - 400 * dayMs } }),
  ]
  const restore =
    (props: Partial<RestorePageProps>): Sample =>
    (page) =>
      restorePage({
        ...page,
        viewer,
        asked,
        choices: {
          computers: ['RECEPTION-PC', 'ACCOUNTS-2'].map((name) => ({ value: `dev_${name}`, name })),
          plans: ['Gold', 'Silver'].map((name) => ({ value: `sub_${name}`, name })),
          kinds: [{ value: 'picture', name: 'Pictures' }],
          sizes: [{ value: 'large', name: '10 MiB and more' }],
          hasMoreComputers: false,
        },
        isEmpty: false,
        addPath: '/computers/add',
        dayEndMs: undefined,
        anyDayPath: '/restore?q=march',
        days,
        earlierDaysPath: '/restore?weeks=2026-02-19',
        laterDaysPath: undefined,
        result: { kind: 'versions', versions: [], isCut: false },
        basket,
        ...props,
      })
  const version = (computer: string) => ({
    computer,
    job: 'documents',
    atMs: nowMs - 40 * 60_000,
    files: 46_310,
    sourceBytes: 118_000 * MiB,
    openPath: '/versions/snap_x/browse',
  })
  const search = (files: readonly FoundFileProps[], total = files.length): RestorePageProps['result'] => ({
    kind: 'found',
    files,
    total,
    isExact: total === files.length,
    isFirstPage: true,
    pager: total > files.length ? { words: `${files.length} on this page`, next: '/restore?q=march&after=x' } : { words: '' },
  })
  const row = (daysAgo: number, props: Partial<Extract<HistoryRowProps, { kind: 'state' }>> = {}): HistoryRowProps => ({
    kind: 'state',
    version: `snap_${daysAgo}`,
    otherKind: undefined,
    firstAtMs: nowMs - daysAgo * dayMs,
    lastAtMs: nowMs - daysAgo * dayMs,
    versions: 1,
    sizeBytes: 84.1 * KiB,
    moreBytes: 1.2 * KiB,
    isOldest: false,
    kept: { words: 'Kept as the last of March 2026, until about 24 April 2028', isPinned: false },
    openPath: '/versions/snap_x/browse/home',
    getPath: '/versions/snap_x/file/home/x',
    lookPath: '/versions/snap_x/preview/home/x',
    words: [],
    changesPath: undefined,
    backPath: '/restores/new?version=snap_x&path=%2Fhome%2Fx',
    revertPath: '/restores/new?version=snap_x&path=%2Fhome%2Fx&mode=revert',
    ...props,
  })
  const change = (kind: ChangeProps['kind'], name: string, props: Partial<ChangeProps> = {}): ChangeProps => ({
    kind,
    name,
    isFolder: false,
    sizeBefore: kind === 'added' ? undefined : 3 * KiB,
    sizeAfter: kind === 'removed' ? undefined : 5 * KiB,
    isOnlyTime: false,
    path: '/restore/history?device=dev_x&job=documents&path=%2Fx',
    ...props,
  })
  const changes = [
    change('added', 'Reminder Hartmann.docx'),
    change('changed', 'Customers.xlsx'),
    change('changed', 'Sent again.xlsx', { isOnlyTime: true }),
    change('removed', '~03 March draft.xlsx'),
    change('added', 'Archive / 2025', { isFolder: true, sizeAfter: undefined }),
    change('removed', 'Old', { isFolder: true, sizeBefore: undefined }),
  ]
  const above = ['Restore', 'RECEPTION-PC', 'Documents', 'Invoices 2026'].map((name) => ({ name, path: '/restore' }))
  const history =
    (props: Partial<FileHistoryPageProps>): Sample =>
    (page) =>
      fileHistoryPage({
        ...page,
        viewer,
        above,
        name: '03 March.xlsx',
        computer: 'RECEPTION-PC',
        isFolder: false,
        states: 4,
        rows: [
          row(0),
          row(2, { versions: 3, lastAtMs: nowMs - dayMs, kept: { words: 'Until it is unpinned', isPinned: true } }),
          { kind: 'gap', firstAtMs: nowMs - 8 * dayMs, lastAtMs: nowMs - 3 * dayMs, isNow: false },
          row(9, { moreBytes: -3.8 * KiB, kept: undefined, words: [{ name: 'Before the new accounts', note: longName }] }),
          row(24, { moreBytes: undefined, isOldest: true }),
        ],
        isFirstPage: true,
        pager: { words: '' },
        named: { device: 'dev_x', job: 'documents', path: '/x' },
        chosen: { from: 'snap_2', to: 'snap_0' },
        sharePath: '/sharing/new?version=snap_x&path=%2Fx',
        basket: { aside: basket, newest: inBasket() },
        comparison: {
          fromMs: nowMs - 2 * dayMs,
          toMs: nowMs,
          sizeBefore: 82.9 * KiB,
          sizeAfter: 84.1 * KiB,
          savedAtMs: nowMs - 20 * 60_000,
          pieces: {
            all: Array.from({ length: 14 }, (_, index) => ({ share: 1 / 14, isNew: index === 8 || index === 9 })),
            fresh: 2,
            newBytes: 12 * KiB,
          },
          around: changes,
          folder: 'Invoices 2026',
          folderPath: '/restore/changes?from=snap_2&to=snap_0&path=%2Fx',
        },
        ...props,
      })
  const compare =
    (props: Partial<ChangesPageProps>): Sample =>
    (page) =>
      changesPage({
        ...page,
        viewer,
        above,
        folder: 'Invoices 2026',
        computer: 'RECEPTION-PC',
        job: 'documents',
        from: { id: 'snap_2', atMs: nowMs - 2 * dayMs, openPath: '/versions/snap_2/browse/x' },
        to: { id: 'snap_0', atMs: nowMs, openPath: '/versions/snap_0/browse/x' },
        versions: [0, 1, 2, 30].map((ago) => ({
          ...{ id: `snap_${ago}`, atMs: nowMs - ago * dayMs },
          name: ago === 30 ? longName : '',
        })),
        path: '/x',
        changes,
        counts: { added: 2, changed: 2, removed: 2, isWhole: true },
        pager: { words: '' },
        ...props,
      })
  const longPieces = [piece(longName), piece(longName, true)]
  return {
    'restore-empty': restore({ isEmpty: true }),
    'restore-newest': restore({
      result: { kind: 'versions', versions: [version('RECEPTION-PC'), version(longName)], isCut: true },
    }),
    'restore-day': restore({
      ...{ asked: { ...asked, day: '2026-03-24' }, dayEndMs: nowMs - dayMs },
      laterDaysPath: '/restore?day=2026-03-24&weeks=2026-04-30',
    }),
    'restore-found': restore({ basket: fullBasket, asked: { ...asked, q: 'march invoice' }, result: search(several, 4_812) }),
    'restore-nothing-so-far': restore({ asked: { ...asked, q: 'zeppelin' }, result: search([], 1_234) }),
    'restore-nothing': restore({ asked: { ...asked, q: 'zeppelin' }, result: search([]) }),
    'restore-long': restore({
      asked: { ...asked, q: longName },
      result: search([found({ name: longPieces, folders: [longPieces, longPieces], computer: longName })]),
    }),
    'restore-not-ready': restore({ asked: { ...asked, q: 'march' }, result: { kind: 'not-ready' } }),
    'restore-too-large': restore({ asked: { ...asked, q: 'march' }, result: { kind: 'too-large' } }),
    'restore-too-hard': restore({ asked: { ...asked, q: '*a*b*c*' }, result: { kind: 'too-hard' } }),
    'history-file': history({}),
    'history-one': history({
      rows: [row(0, { isOldest: true, moreBytes: undefined })],
      states: 1,
      chosen: { from: undefined, to: 'snap_0' },
      comparison: undefined,
    }),
    'history-deleted': history({
      rows: [
        { kind: 'gap', firstAtMs: nowMs - dayMs, lastAtMs: nowMs, isNow: true },
        row(2),
        row(3, { isOldest: true, moreBytes: undefined }),
      ],
      states: 2,
    }),
    'history-chosen-twice': history({ comparison: 'one-chosen', chosen: { from: 'snap_2', to: 'snap_2' } }),
    'history-folder': history({
      isFolder: true,
      name: longName,
      rows: [0, 3, 5].map((ago) =>
        row(ago, {
          ...{ sizeBytes: undefined, moreBytes: undefined, otherKind: ago === 5 ? 'file' : undefined },
          changesPath: '/restore/changes?from=snap_1&to=snap_2&path=%2Fx',
        }),
      ),
      pager: { words: '3 on this page', next: '/restore/history?skip=30' },
      comparison: undefined,
    }),
    'changes-some': compare({}),
    'changes-one-side': compare({
      from: { id: 'snap_2', atMs: nowMs - 2 * dayMs, openPath: undefined },
      changes: changes.filter(({ kind }) => kind === 'added'),
      counts: { added: 2, changed: 0, removed: 0, isWhole: true },
    }),
    'changes-none': compare({ changes: [], counts: { added: 0, changed: 0, removed: 0, isWhole: true } }),
    'changes-many': compare({
      folder: undefined,
      counts: { added: 800, changed: 150, removed: 50, isWhole: false },
      changes: [...changes, change('added', `${longName} / ${longName}`)],
      pager: { words: '100 on this page', back: '/restore/changes?from=a', next: '/restore/changes?from=a&after=x' },
    }),
  }
}
