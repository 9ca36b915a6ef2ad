/** The files of test/fixtures/documents, as `make.ts` there writes them. */
import { docx, epub, openDocument, paragraph, pptx, shape, wordTable, xlsx } from './office.ts'
import { pdf } from './pdf.ts'

const text = (name: string) => `<text:p>${name}</text:p>`
const cell = (name: string) => `<table:table-cell>${text(name)}</table:table-cell>`
const rows = (...lines: string[][]) =>
  lines.map(line => `<table:table-row>${line.map(cell).join('')}</table:table-row>`).join('')

/** Each by its name. */
export const FIXTURES: Readonly<Record<string, Uint8Array>> = {
  'harbour.pdf': pdf(
    [
      ['Harbour report', 'The crane (no. 7) lifts 40 tonnes.'],
      ['Second page', 'Tide tables follow.'],
      ['Third page', 'The end.'],
    ],
    { title: 'Harbour 2026' },
  ),
  'encrypted.pdf': pdf([['A secret of the harbour']], { password: 'lighthouse' }),
  'harbour.docx': docx(
    'Harbour 2026',
    [
      paragraph('Harbour report', 'Heading1'),
      paragraph('The crane lifts 40 tonnes &amp; more. Grüße!'),
      wordTable([
        ['Berth', 'Depth'],
        ['North', '12 m'],
      ]),
    ].join(''),
  ),
  'harbour.pptx': pptx('Harbour 2026', [
    {
      shapes: `${shape('title', 'Harbour')}${shape('body', 'Crane', 'Tide')}`,
      notes: 'Say hello.',
    },
    { shapes: shape('title', 'Questions') },
  ]),
  'harbour.xlsx': xlsx(
    'Harbour 2026',
    {
      Berths:
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>Open</t></is></c></row>' +
        '<row r="3"><c r="A3" t="str"><f>1</f><v>North</v></c><c r="B3"><v>12.5</v></c><c r="C3" s="1"><v>46082</v></c><c r="D3" t="b"><v>1</v></c></row>',
      Tides: '<row r="1"><c r="A1" s="2"><v>46082.5625</v></c></row>',
    },
    ['<t>Berth</t>', '<r><t>De</t></r><r><t>pth</t></r><rPh><t>no</t></rPh>'],
  ),
  'harbour.odt': openDocument(
    'text',
    'Harbour 2026',
    `<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:h text:outline-level="2">Harbour report</text:h><text:p>The crane<text:s text:c="2"/>lifts <text:span>40</text:span> tonnes<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Metric.</text:p></text:note-body></text:note>.<office:annotation><text:p>a comment</text:p></office:annotation></text:p><text:list><text:list-item><text:p>North</text:p><text:list><text:list-item><text:p>Inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>South</text:p></text:list-item></text:list><table:table>${rows(['Berth', 'Depth'], ['North', '12 m'])}</table:table>`,
  ),
  'harbour.ods': openDocument(
    'spreadsheet',
    'Harbour 2026',
    `<table:table table:name="Berths">${rows(['Berth', 'Depth'], ['North', '12 m'])}<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table><table:table table:name="Tides"><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"><text:p>high</text:p></table:table-cell></table:table-row></table:table>`,
  ),
  'harbour.odp': openDocument(
    'presentation',
    'Harbour 2026',
    `<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Harbour</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:list><text:list-item><text:p>Crane</text:p></text:list-item></text:list></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Say hello.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page><draw:page><draw:frame><draw:text-box><text:p>Questions</text:p></draw:text-box></draw:frame></draw:page>`,
  ),
  'encrypted.odt': openDocument('text', '', '', { isEncrypted: true }),
  'harbour.epub': epub('Harbour 2026', [
    '<h1>The crane</h1><p>It lifts 40&nbsp;tonnes.</p>',
    '<h1>The tide</h1><p>It comes <em>twice</em>.</p>',
  ]),
}
