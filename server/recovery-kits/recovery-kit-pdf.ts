/** The kit as a PDF, A4. Its fonts are those that every reader has; names in other scripts are beside their numbers, which suffice. */
import { buffer } from 'node:stream/consumers'
import Pdf from 'pdfkit'
import { type QrModules, qrModules } from './qr-modules.ts'
import type { KitSheet, SheetPart } from './recovery-kit.ts'
import { codeLines } from './recovery-kit-text.ts'

const margin = 50
const qrWidth = 130
const quietSquares = 4
const columnGap = 16
const roomForHeading = 90

export async function recoveryKitPdf(sheet: KitSheet): Promise<Buffer> {
  const pdf = new Pdf({ size: 'A4', margin, info: { Title: printable(sheet.title) } })
  const bytes = buffer(pdf)
  head(pdf, sheet)
  code(pdf, sheet)
  for (const part of sheet.parts) drawPart(pdf, part)
  forPrograms(pdf, sheet)
  pdf.end()
  return bytes
}

function head(pdf: PDFKit.PDFDocument, sheet: KitSheet): void {
  const inner = pdf.page.width - 2 * margin
  drawQr(pdf, qrModules(sheet.block), { x: margin + inner - qrWidth, y: margin, width: qrWidth })
  const width = inner - qrWidth - columnGap
  pdf.font('Helvetica-Bold').fontSize(20).text(printable(sheet.title), margin, margin, { width })
  pdf.moveDown(0.5)
  for (const { label, values } of sheet.facts) {
    pdf.font('Helvetica-Bold').fontSize(8).text(label, { width })
    pdf.font('Helvetica').fontSize(10)
    for (const value of values) pdf.text(printable(value), { width })
    pdf.moveDown(0.3)
  }
  pdf.y = Math.max(pdf.y, margin + qrWidth + columnGap)
}

function code(pdf: PDFKit.PDFDocument, sheet: KitSheet): void {
  heading(pdf, 'Recovery code')
  pdf.font('Courier-Bold').fontSize(15)
  for (const line of codeLines(sheet.codeGroups)) pdf.text(line, { characterSpacing: 0.5, lineGap: 4 })
}

function drawPart(pdf: PDFKit.PDFDocument, { title, words = [], steps = [] }: SheetPart): void {
  heading(pdf, title)
  for (const text of words) pdf.font('Helvetica').fontSize(10).text(printable(text), { lineGap: 1.5 })
  steps.forEach((step, index) => {
    pdf
      .moveDown(0.3)
      .font('Helvetica')
      .fontSize(10)
      .text(`${index + 1}. ${printable(step.words)}`, { lineGap: 1.5, indent: 0 })
    for (const command of step.commands ?? [])
      pdf
        .font('Courier')
        .fontSize(9)
        .text(printable(`    ${command}`), { lineGap: 1.5 })
  })
}

function forPrograms(pdf: PDFKit.PDFDocument, sheet: KitSheet): void {
  heading(pdf, 'For programs')
  pdf.font('Helvetica').fontSize(10)
  pdf.text('The square at the top holds these lines. Scanned or typed into a file, they are what --recovery-kit takes.', {
    lineGap: 1.5,
  })
  pdf.moveDown(0.3).font('Courier').fontSize(7).text(sheet.block, { lineGap: 1 })
}

function heading(pdf: PDFKit.PDFDocument, title: string): void {
  if (pdf.y > pdf.page.height - margin - roomForHeading) pdf.addPage()
  pdf.moveDown(0.8).font('Helvetica-Bold').fontSize(12).text(title, margin)
  const width = pdf.page.width - 2 * margin
  pdf
    .moveTo(margin, pdf.y)
    .lineTo(margin + width, pdf.y)
    .lineWidth(0.75)
    .stroke()
  pdf.moveDown(0.4)
}

function drawQr(pdf: PDFKit.PDFDocument, qr: QrModules, place: { x: number; y: number; width: number }): void {
  const unit = place.width / (qr.size + 2 * quietSquares)
  for (let row = 0; row < qr.size; row += 1)
    for (let column = 0; column < qr.size; column += 1)
      if (qr.isDark(row, column))
        pdf.rect(place.x + (column + quietSquares) * unit, place.y + (row + quietSquares) * unit, unit, unit)
  pdf.fill('black')
}

/** What the standard fonts can draw (Windows-1252); anything else becomes a question mark instead of another letter. */
function printable(text: string): string {
  return text.normalize('NFC').replace(/[^\u0020-\u007e\u00a0-\u00ff‘’“”–…€]/gu, '?')
}
