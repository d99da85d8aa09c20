package io.scopeguard.demo.api;

import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.RequiresScopes;
import java.util.stream.Collectors;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.stereotype.Component;

/**
 * Tools for agents, at {@code /mcp}. Agents request tokens for this address, which is a separate audience with the embedded
 * provider.
 */
@Component
class ReportTools {

    private static final String AUDIENCE = "${demo.mcp.audience:organization}";

    private final Reports reports;

    ReportTools(Reports reports) {
        this.reports = reports;
    }

    @McpTool(name = "list_reports", description = "Lists the ids and titles of an organization's reports")
    @RequiresScopes(value = "read:report", audience = AUDIENCE, organization = "#organizationId")
    String list(String organizationId) {
        return reports.of(organizationId).stream()
                .map(report -> report.id() + " " + report.title())
                .collect(Collectors.joining("\n"));
    }

    /** Like the operation of the API, this requires current live permissions. */
    @McpTool(name = "delete_report", description = "Deletes a report of an organization")
    @RequiresScopes(
            value = "delete:report",
            audience = AUDIENCE,
            organization = "#organizationId",
            maxAge = "0s",
            whenUnknown = WhenUnknown.DENY)
    String delete(String organizationId, long id) {
        return reports.remove(organizationId, id) ? "deleted" : "no such report";
    }
}
