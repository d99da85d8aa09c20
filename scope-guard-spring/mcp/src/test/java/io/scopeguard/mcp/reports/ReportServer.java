package io.scopeguard.mcp.reports;

import io.scopeguard.spring.RequiresScopes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.ai.mcp.annotation.McpTool;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Component;

@SpringBootApplication
class ReportServer {

    public static void main(String[] args) {
        SpringApplication.run(ReportServer.class, args);
    }
}

@Component
class ReportTools {

    private final Map<String, List<String>> reports = new ConcurrentHashMap<>();

    @McpTool(name = "list_reports", description = "Lists the reports of an organization")
    @RequiresScopes(value = "read:report", organization = "#organizationId")
    String list(String organizationId) {
        return String.join(", ", reports.getOrDefault(organizationId, List.of("Q3", "Q4")));
    }

    @McpTool(name = "delete_reports", description = "Deletes all reports of an organization")
    @RequiresScopes(value = "delete:report", organization = "#organizationId", maxAge = "0s")
    String delete(String organizationId) {
        reports.put(organizationId, List.of());
        return "deleted";
    }

    @McpTool(name = "describe_access", description = "Describes the access that the token gives")
    @RequiresScopes("read:report")
    String describe() {
        return "Your token is for an organization, and you may read its reports.";
    }
}
