/** What somebody in front of a PC needs, besides the code, to enrol it. */
interface PcSignUp {
  /** What is typed as e-mail address: the user's own, or one that only leads to the server. */
  readonly username: string;
  /** What is typed as server address, where the domain of the e-mail address does not lead to the server. */
  readonly discoveryUrl: string;
  /** Opens the enrolment on the PC. https://learn.microsoft.com/windows/client-management/mdm-enrollment-of-windows-devices */
  readonly deepLink: string;
}

/** `publicUrl`: origin without a slash at the end. */
export function pcSignUp(publicUrl: string, email: string | undefined): PcSignUp {
  const username = email ?? `enroll@${new URL(publicUrl).hostname}`;
  const discoveryUrl = `${publicUrl}/EnrollmentServer/Discovery.svc`;
  const query = [
    'mode=mdm',
    `username=${encodeURIComponent(username)}`,
    `servername=${encodeURIComponent(discoveryUrl)}`,
  ];
  return { username, discoveryUrl, deepLink: `ms-device-enrollment:?${query.join('&')}` };
}
