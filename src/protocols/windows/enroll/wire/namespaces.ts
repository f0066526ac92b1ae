/** Of the messages of an enrolment. https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/ */
export const namespaces = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  soap11: 'http://schemas.xmlsoap.org/soap/envelope/',
  addressing: 'http://www.w3.org/2005/08/addressing',
  schemaInstance: 'http://www.w3.org/2001/XMLSchema-instance',
  security: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  utility: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  discovery: 'http://schemas.microsoft.com/windows/management/2012/01/enrollment',
  policy: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy',
  enrollment: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment',
} as const;

/** What the tokens of the messages are. */
export const tokenTypes = {
  base64: `${namespaces.security}#base64binary`,
  enrollmentToken:
    'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken',
  provisioningDocument:
    'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc',
  userToken: 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentUserToken',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const;

/** The action of the answer to each message. */
export const answerActions = {
  discover: `${namespaces.discovery}/IDiscoveryService/DiscoverResponse`,
  getPolicies: `${namespaces.policy}/IPolicy/GetPoliciesResponse`,
  requestSecurityToken: `${namespaces.enrollment}/RSTRC/wstep`,
} as const;

export type AnswerAction = keyof typeof answerActions;
