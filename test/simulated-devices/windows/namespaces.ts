/** The namespaces of enrolment ([MS-MDE2], [MS-XCEP], [MS-WSTEP]) and of management (OMA-DM 1.2, [MS-MDM]). */
export const ns = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  addressing: 'http://www.w3.org/2005/08/addressing',
  utility: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  security: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  authorization: 'http://schemas.xmlsoap.org/ws/2006/12/authorization',
  discovery: 'http://schemas.microsoft.com/windows/management/2012/01/enrollment',
  policy: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy',
  enrollment: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment',
  configurationManager: 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment',
  instance: 'http://www.w3.org/2001/XMLSchema-instance',
  syncml: 'SYNCML:SYNCML1.2',
  metinf: 'syncml:metinf',
  mobileDevice: 'http://schemas.microsoft.com/MobileDevice/MDM',
} as const;
