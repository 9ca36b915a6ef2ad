/** A note to begin with. */
export interface SampleNote {
  title: string
  category: string
  content: string
  favorite?: boolean
}

/** A file to begin with; the path is below the user's home. */
export interface SampleFile {
  path: string
  content: string | Buffer
  favorite?: boolean
}

/** Notes of the user alice, the latest first. */
export const aliceNotes: readonly SampleNote[] = [
  {
    title: 'Shopping list',
    category: 'Home',
    favorite: true,
    content:
      '# Shopping list\n\n- [ ] Oat milk\n- [ ] Rye bread\n- [x] Coffee beans\n- [ ] Lemons\n',
  },
  {
    title: 'Team meeting 12 May',
    category: 'Work/Meetings',
    content:
      '# Team meeting, 12 May\n\nPresent: Alice, Bob\n\n## Decisions\n\n' +
      '- The garden house offer goes out on Friday.\n- Bob checks the cost table.\n\n' +
      '## Open\n\n- Who talks to the city about the building permit?\n',
  },
  {
    title: 'Garden house ideas',
    category: 'Work',
    favorite: true,
    content:
      '# Garden house ideas\n\nA green roof keeps the room cool in summer and holds rain back.\n' +
      'The client wants big windows to the south; think of blinds.\n',
  },
  {
    title: 'Lentil soup',
    category: 'Recipes',
    content:
      '# Lentil soup\n\nServes four.\n\n1. Fry an onion with cumin in olive oil.\n' +
      '2. Add 250 g red lentils and a litre of stock.\n3. Simmer for 20 minutes.\n' +
      '4. Finish with lemon juice and parsley.\n',
  },
  {
    title: 'Käsespätzle',
    category: 'Recipes',
    content:
      '# Käsespätzle\n\n400 g Mehl, 4 Eier, Wasser, Salz. Mit viel Bergkäse schichten und mit ' +
      'Röstzwiebeln servieren.\n',
  },
  {
    title: 'Books to read',
    category: 'Home',
    content: '# Books to read\n\n- The Left Hand of Darkness\n- Der Zauberberg\n- Momo\n',
  },
  {
    title: 'Router and Wi-Fi',
    category: 'Home/House',
    content:
      '# Router and Wi-Fi\n\nThe router stands behind the shelf in the hall. ' +
      'Restart it with the button on the back when the phone line drops.\n',
  },
  {
    title: 'Holiday in Norway 🏔️',
    category: 'Travel',
    content:
      '# Holiday in Norway\n\n- Ferry from Kiel to Oslo\n- Cabin near Geiranger, five nights\n' +
      '- Bring rain clothes and the good camera\n',
  },
  {
    title: 'Ideas',
    category: '',
    content:
      'Write down what comes to mind:\n\n- a reading circle at the library\n- learn to sail\n',
  },
]

/** Files of the user alice, besides those that samples build on. */
export const aliceFiles: readonly SampleFile[] = [
  {
    path: 'Documents/Welcome.md',
    content:
      '# Welcome\n\nThis is a demo Nextcloud. It lives in memory: everything here is gone when ' +
      'it stops.\n',
    favorite: true,
  },
  {
    path: 'Documents/Letter to the landlord.txt',
    content:
      'Dear Mr Brandt,\n\nthe heating in the kitchen has been cold since Monday. Could you send ' +
      'somebody this week?\n\nKind regards\nAlice Example\n',
  },
  {
    path: 'Documents/Budget 2025.csv',
    content:
      'month,income,rent,food,savings\nJanuary,3200,980,410,600\nFebruary,3200,980,395,650\n',
  },
  { path: 'Documents/100% Käse & Brot #1 🧀.txt', content: 'A name to test clients with.\n' },
  {
    path: 'Projects/Garden house/Costs.csv',
    content: 'item,amount,price\nTimber,42,18.50\nWindow,6,340.00\nRoof soil,12,27.90\n',
  },
  {
    path: 'Projects/Garden house/Schedule.txt',
    content: 'May: permit\nJune: foundation\nJuly: timber frame\nAugust: roof and windows\n',
  },
  {
    path: 'Projects/Reading circle/Invitation.md',
    content: '# Reading circle\n\nFirst Thursday of the month, 19:30, town library.\n',
  },
]

/** Notes of the user bob. */
export const bobNotes: readonly SampleNote[] = [
  {
    title: 'Bike repair',
    category: 'Home',
    content: '# Bike repair\n\nNew chain, brake pads for the rear wheel.\n',
  },
  {
    title: 'Cost table review',
    category: 'Work',
    content: '# Cost table review\n\nTimber prices are from March; ask for new ones.\n',
  },
]

/** Files of the user bob. */
export const bobFiles: readonly SampleFile[] = [
  { path: 'Documents/Running plan.txt', content: 'Week 1: three times 5 km\nWeek 2: 6 km\n' },
]
