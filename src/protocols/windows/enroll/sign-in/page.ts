import { hash } from 'node:crypto';
import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';

/** A page, and what it may do: it loads nothing, and sends its form nowhere but to `sendsTo`. */
export interface Page {
  readonly html: string;
  readonly policy: string;
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:28rem;padding:0 1rem;color:#1b1b1b;background:#fff}' +
  'label{display:block;margin-top:1rem}input{box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid #5f5f5f;border-radius:4px}' +
  'button{margin-top:1.5rem;font:inherit;padding:.5rem 1.5rem;border:0;border-radius:4px;background:#0f5ea8;color:#fff}' +
  '.error{color:#a4262c}' +
  '@media(prefers-color-scheme:dark){:root{color-scheme:dark}body{color:#f3f3f3;background:#1f1f1f}' +
  'input{border-color:#9a9a9a}.error{color:#ff99a4}}';
const submit = 'document.forms[0].submit()';

/** Where the user types the code of an enrolment. */
export function codePage(content: {
  readonly appru: string;
  readonly loginHint: string;
  /** What was wrong with the code typed before. */
  readonly problem?: string;
}): Page {
  const { appru, loginHint, problem } = content;
  const error =
    problem === undefined ? '' : `<p class="error" role="alert" id="problem">${escapeXml(problem)}</p>`;
  const described = problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem"';
  return page(
    'Set up this PC',
    `<p>Type the enrolment code that your administrator gave you. Your organization will manage this PC.</p>${error}` +
      '<form method="post">' +
      `<input type="hidden" name="appru" value="${escapeXml(appru)}">` +
      '<label for="username">E-mail address</label>' +
      `<input id="username" name="login_hint" value="${escapeXml(loginHint)}" autocomplete="username" maxlength="113">` +
      '<label for="code">Enrolment code</label>' +
      `<input id="code" name="code" autocomplete="off" autocapitalize="none" spellcheck="false" required autofocus${described}>` +
      '<button>Continue</button></form>',
    { sendsTo: "'self'" },
  );
}

/** Gives the PC the token, which it takes from the form. */
export function finishedPage(appru: URL, token: string): Page {
  return page(
    'Set up this PC',
    '<p>You have signed in.</p>' +
      `<form method="post" action="${escapeXml(appru.href)}">` +
      `<input type="hidden" name="wresult" value="${escapeXml(token)}">` +
      `<button>Continue</button></form><script>${submit}</script>`,
    { sendsTo: appru.protocol, script: submit },
  );
}

/** Says why there is nothing to do here. */
export function problemPage(problem: string): Page {
  return page('This PC cannot be set up', `<p role="alert">${escapeXml(problem)}</p>`, { sendsTo: "'none'" });
}

function page(
  title: string,
  body: string,
  { sendsTo, script }: { readonly sendsTo: string; readonly script?: string },
): Page {
  const scripts = script === undefined ? '' : `; script-src '${digestOf(script)}'`;
  return {
    html:
      '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width,initial-scale=1">' +
      `<title>${title}</title><style>${style}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`,
    policy: `default-src 'none'; style-src '${digestOf(style)}'${scripts}; form-action ${sendsTo}; base-uri 'none'; frame-ancestors 'none'`,
  };
}

function digestOf(text: string): string {
  return `sha256-${hash('sha256', text, 'base64')}`;
}
