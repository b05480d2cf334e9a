/** Pages about links, for those who make them and for those who open them. */
import type { Html } from '../../views/html.ts'
import { type SendFilesPageProps, sendFilesPage } from '../../views/pages/send-files.ts'
import { type SharePageProps, sharePage } from '../../views/pages/share.ts'
import { type AskForFilesPageProps, askForFilesPage } from '../../views/pages/share-ask.ts'
import { shareGatePage } from '../../views/pages/share-gate.ts'
import { type ShareLinkPageProps, shareLinkPage } from '../../views/pages/share-link.ts'
import { type ShareLookPageProps, shareLookPage } from '../../views/pages/share-look.ts'
import { shareMadePage } from '../../views/pages/share-made.ts'
import { type NewSharePageProps, newSharePage } from '../../views/pages/share-new.ts'
import { type ShareOver, shareOverPage } from '../../views/pages/share-over.ts'
import { type ShareRow, type SharingPageProps, sharingPage } from '../../views/pages/sharing.ts'
import { sharingSettingsPage } from '../../views/pages/sharing-settings.ts'
import type { EntryProps } from '../../views/partials/entry.ts'
import type { PageContext, Viewer } from '../../views/site.ts'

const nowMs = Date.UTC(2026, 2, 26, 18, 20)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const MiB = 1024 ** 2
const GiB = 1024 ** 3
const token = 'x'.repeat(43)

export function shareSamples({ viewer, longName }: { readonly viewer: Viewer; readonly longName: string }) {
  const drawing: EntryProps = {
    kind: 'file',
    name: 'Ground floor, rev C.dwg',
    changedAtMs: nowMs - 2 * dayMs,
    sizeBytes: 18.6 * MiB,
    filePath: `/s/${token}/file/0`,
    previewPath: `/s/${token}/look/0`,
  }
  const entries: readonly EntryProps[] = [
    drawing,
    { ...drawing, name: 'Tender description.pdf', sizeBytes: 2.9 * MiB },
    { ...drawing, name: `${longName}.xlsx`, sizeBytes: 148_000 },
    { kind: 'folder', name: 'Photos', changedAtMs: nowMs - dayMs, path: `/s/${token}/browse/3`, zipPath: `/s/${token}/zip/3` },
    { kind: 'special', name: 'elsewhere', changedAtMs: nowMs, what: 'a link to another place' },
  ]
  const who = { by: 'Helen Rowe', customer: 'Calder & Rowe Architects' }
  const share = (props: Partial<SharePageProps>) => (page: PageContext) =>
    sharePage({
      ...page,
      ...who,
      title: 'Harbour House, tender set',
      message: 'Dear Mr Okafor, these are the drawings we spoke about.\nThe ground floor replaces the one of last week. Helen',
      takenAtMs: nowMs - 2 * dayMs,
      untilMs: nowMs + 7 * dayMs,
      downloads: undefined,
      what: { kind: 'files', count: 3, bytes: 21.6 * MiB },
      above: [],
      folder: undefined,
      entries: entries.slice(0, 3),
      pager: { words: '' },
      getPath: `/s/${token}/zip`,
      ...props,
    })
  const look = (props: Partial<ShareLookPageProps>) => (page: PageContext) =>
    shareLookPage({
      ...page,
      ...who,
      name: 'Letter to the council.txt',
      takenAtMs: nowMs - 2 * dayMs,
      sizeBytes: 212_000,
      changedAtMs: nowMs - 3 * dayMs,
      above: [{ name: 'Harbour House, tender set', path: `/s/${token}` }],
      filePath: `/s/${token}/file/0`,
      shown: {
        kind: 'text',
        text: 'Dear Ms Hartmann,\n\n\tthe drawings are here.\n<script>alert(1)</script>\n',
        isCut: true,
        encoding: 'utf-8',
      },
      ...props,
    })
  const send = (props: Partial<SendFilesPageProps>) => (page: PageContext) =>
    sendFilesPage({
      ...page,
      ...who,
      title: 'Survey of the harbour side',
      message: 'Everything you have, please.',
      path: `/u/${token}`,
      untilMs: nowMs + 3 * dayMs,
      left: { bytes: 5 * GiB, files: 100 },
      arrived: undefined,
      told: undefined,
      problem: undefined,
      ...props,
    })
  const over = (what: ShareOver) => (page: PageContext) => shareOverPage({ ...page, over: what })
  const row: ShareRow = {
    title: 'Harbour House, tender set',
    path: '/sharing/shr_x',
    note: 'For Mr Okafor of the city',
    by: 'Helen Rowe',
    isOfFormer: false,
    standing: 'open',
    untilMs: nowMs + 6 * dayMs,
    looks: 3,
    use: { kind: 'download', downloads: 2, max: 10 },
  }
  const taking = { kind: 'upload', files: 12, filesMax: 100, bytes: 3 * GiB, bytesMax: 5 * GiB } as const
  const many: readonly ShareRow[] = [
    row,
    {
      ...row,
      title: longName,
      note: longName,
      by: longName,
      use: { ...row.use, kind: 'download', max: undefined, downloads: 214_380 },
    },
    { ...row, title: 'Survey', note: undefined, use: taking, isOfFormer: true },
    { ...row, title: 'Old', standing: 'expired', untilMs: nowMs - dayMs },
    { ...row, title: 'Wrong one', standing: 'revoked' },
    { ...row, title: 'Photos', standing: 'used-up' },
    { ...row, title: 'Gone', standing: 'gone' },
    { ...row, title: 'Rests', standing: 'paused', use: taking },
    { ...row, title: 'Bare', standing: 'password-needed' },
  ]
  const list = (props: Partial<SharingPageProps>) => (page: PageContext) =>
    sharingPage({ ...page, viewer, shares: [row], ofFormer: 0, mayShare: true, mayAsk: true, pager: { words: '' }, ...props })
  const link = (props: Partial<ShareLinkPageProps>) => (page: PageContext) =>
    shareLinkPage({
      ...page,
      viewer,
      title: 'Harbour House, tender set',
      path: '/sharing/shr_x',
      standing: 'open',
      message: 'Dear Mr Okafor, here they are.',
      note: 'For Mr Okafor of the city',
      by: 'Helen Rowe',
      madeAtMs: nowMs - dayMs,
      untilMs: nowMs + 6 * dayMs,
      revoked: undefined,
      hasPassword: true,
      looks: 3,
      use: row.use,
      versionPath: '/versions/snap_x/browse',
      things: [{ name: 'Ground floor, rev C.dwg' }, { name: longName }],
      count: 44,
      uses: [
        {
          atMs: nowMs - hourMs,
          kind: 'download',
          network: '203.0.113.0/24',
          agent: 'Firefox on Windows',
          what: 'Ground floor, rev C.dwg',
        },
        { atMs: nowMs - hourMs, kind: 'download', network: '2001:db8:5::/48', agent: longName, what: undefined },
        { atMs: nowMs - 2 * hourMs, kind: 'look', network: '203.0.113.0/24', agent: 'Firefox on Windows', what: undefined },
        {
          atMs: nowMs - 3 * hourMs,
          kind: 'wrong-password',
          network: '203.0.113.0/24',
          agent: 'Safari on iPhone',
          what: undefined,
        },
      ],
      usesPager: { words: '100 on this page', next: '/sharing/shr_x?before=1' },
      form: { dayChoices: [1, 3, 7, 14, 30, 90], downloads: '10', problem: undefined },
      ...props,
    })
  const fields = {
    title: 'Harbour House',
    message: '',
    note: '',
    days: '7',
    dayChoices: [1, 3, 7, 14, 30, 90],
    isPasswordNeeded: false,
    problem: undefined,
  }
  const fresh = (props: Partial<NewSharePageProps>) => (page: PageContext) =>
    newSharePage({
      ...page,
      viewer,
      computer: 'RECEPTION-PC',
      takenAtMs: nowMs - dayMs,
      things: [{ name: 'Plans', isFolder: true }],
      count: 1,
      version: 'snap_x',
      paths: ['/home/ann/Plans'],
      fields,
      downloads: '',
      hindrance: undefined,
      ...props,
    })
  const ask = (props: Partial<AskForFilesPageProps>) => (page: PageContext) =>
    askForFilesPage({ ...page, viewer, fields, size: '5', files: '100', hindrance: undefined, ...props })
  const staff: Viewer = { ...viewer, role: 'Administrator', standing: 'box', staff: 'administrator', maySwitch: true }
  const problem = { field: 'password', words: 'A password has at least 8 characters.' }
  return {
    'share-files': share({}),
    'share-file': share({
      what: { kind: 'file', bytes: 18.6 * MiB },
      entries: [drawing],
      downloads: { used: 2, max: 10 },
      message: undefined,
    }),
    'share-folder': share({
      ...{ by: longName, customer: longName, title: longName, what: { kind: 'folder' }, entries },
      above: [{ name: 'Harbour House, tender set', path: `/s/${token}` }],
      folder: longName,
      pager: { words: '200 on this page', back: '/s/x', next: '/s/x' },
    }),
    'share-empty': share({ what: { kind: 'folder' }, entries: [], message: undefined }),
    'share-look': look({}),
    'share-look-nothing': look({
      ...{ by: longName, customer: longName, name: longName },
      shown: { kind: 'nothing', words: 'This file is empty.' },
    }),
    'share-look-opened': look({
      shown: { kind: 'opened', path: `/s/${token}/pdf/0`, words: 'A PDF opens in your browser’s own viewer.' },
    }),
    'share-gate': (page: PageContext): Html =>
      shareGatePage({ ...page, ...who, kind: 'download', path: `/s/${token}`, problem: undefined }) as unknown as Html,
    'share-gate-wrong': (page: PageContext): Html =>
      shareGatePage({
        ...page,
        ...who,
        kind: 'upload',
        path: `/u/${token}/password`,
        problem: 'This is not the password of the link.',
      }) as unknown as Html,
    'share-unknown': over({ kind: 'unknown' }),
    'share-busy': over({ kind: 'busy', seconds: 60 }),
    'share-password-needed': over({ kind: 'password-needed', of: 'download', ...who, untilMs: nowMs + dayMs }),
    'share-expired': over({ kind: 'expired', of: 'download', ...who, untilMs: nowMs - dayMs }),
    'share-paused': over({ kind: 'paused', of: 'upload', by: longName, customer: longName, untilMs: nowMs }),
    'send-files': send({}),
    'send-files-arrived': send({ arrived: 2, told: 'maker', message: undefined }),
    'send-files-refused': send({
      by: longName,
      title: longName,
      problem: 'This is more than the link still takes. Nothing has arrived.',
    }),
    'sharing-none': list({ shares: [] }),
    'sharing-viewer': list({ mayShare: false }),
    'sharing-many': list({ shares: many, ofFormer: 3, pager: { words: '100 on this page', next: '/sharing?before=1' } }),
    'sharing-link': link({}),
    'sharing-link-taking': link({ use: taking, message: undefined, uses: [], hasPassword: false, note: '', form: undefined }),
    'sharing-link-ended': link({
      standing: 'revoked',
      revoked: { atMs: nowMs - hourMs, by: 'helen@calder-rowe.example' },
      title: longName,
      versionPath: undefined,
    }),
    'sharing-new': fresh({}),
    'sharing-new-refused': fresh({
      count: 44,
      things: [{ name: longName, isFolder: false }],
      fields: { ...fields, title: longName, isPasswordNeeded: true, problem },
    }),
    'sharing-new-hindered': fresh({ hindrance: 'plan' }),
    'sharing-ask': ask({}),
    'sharing-ask-off': ask({ hindrance: 'box' }),
    'sharing-made': (page: PageContext): Html =>
      shareMadePage({
        ...page,
        viewer,
        title: longName,
        link: `https://backup.northquay.example/s/${token}`,
        untilMs: nowMs + 7 * dayMs,
        hasPassword: true,
        path: '/sharing/shr_x',
        isThisComputerOnly: true,
      }) as unknown as Html,
    'sharing-settings': (page: PageContext): Html =>
      sharingSettingsPage({
        ...page,
        viewer: staff,
        days: '0',
        size: '1024',
        isPasswordNeeded: true,
        mayUpload: true,
        problem: { field: 'days', words: 'Links may work for 1 to 365 days.' },
        isSaved: false,
      }) as unknown as Html,
  }
}
