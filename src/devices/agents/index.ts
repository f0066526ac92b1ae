export { newAgentToken, type Agent } from './agent.ts';
export { agentOf, listAgents, noteConfiguration } from './agents.ts';
export { agentAuthenticator, type AgentSelf, type CallingAgent } from './authenticate.ts';
export { issueAgentToken, revokeAgentToken } from './credentials.ts';
export { agentMigrations } from './migrations/index.ts';
export { keepReport, lastReports, leastSecondsBetweenReports, type AgentReport } from './reports.ts';
