/** The mark of the pages: a cloud, and a spark in it. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#1273c4"/><stop offset="1" stop-color="#4a3fc0"/></linearGradient></defs>
<rect width="36" height="36" rx="9" fill="url(#g)"/>
<path d="M11.5 26a5.5 5.5 0 0 1-.8-10.9 7.6 7.6 0 0 1 14.7 1A5 5 0 0 1 25 26z" fill="#fff"/>
<path d="M17.6 14.6l1.3 3.3 3.3 1.3-3.3 1.3-1.3 3.3-1.3-3.3-3.3-1.3 3.3-1.3z" fill="#2f58c3"/>
</svg>
`
