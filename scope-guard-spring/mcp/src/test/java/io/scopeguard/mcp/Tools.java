package io.scopeguard.mcp;

import io.modelcontextprotocol.spec.McpSchema.CompleteRequest;
import io.scopeguard.spring.OrganizationSource;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.springframework.ai.mcp.annotation.McpComplete;
import org.springframework.ai.mcp.annotation.McpPrompt;
import org.springframework.ai.mcp.annotation.McpResource;
import org.springframework.ai.mcp.annotation.McpTool;

/** Everything that a server offers, with and without annotations. */
final class Tools {

    private Tools() {}

    /** Deleting reports. */
    @RequiresScopes(value = "delete:report", maxAge = "0s")
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface DeletesReports {}

    /** The annotation of the class holds for methods without one of their own. */
    @RequiresScopes(value = "read:report", maxAge = "0s")
    static class Reports {

        @McpTool(name = "read_reports", description = "Reads the reports")
        String read() {
            return "the reports";
        }

        @McpTool(name = "delete_report", description = "Deletes a report")
        @DeletesReports
        String delete(String id) {
            return "deleted " + id;
        }

        @McpTool(name = "reports_of", description = "Reads the reports of an organization")
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        String of(String organizationId) {
            return "the reports of " + organizationId;
        }

        @McpTool(name = "find_reports", description = "Finds reports")
        @RequiresScopes(value = "read:report", organization = "#query.organization")
        String find(Query query) {
            return "the reports of " + query.organization();
        }

        @McpPrompt(name = "summarize", description = "Summarizes the reports")
        String summarize(String style) {
            return "Summarize the reports, " + style;
        }

        @McpComplete(prompt = "summarize")
        List<String> styles(String style) {
            return List.of("briefly");
        }

        @McpComplete(uri = "report://{organizationId}/{id}")
        List<String> ids(CompleteRequest request) {
            return List.of("id of " + request.context().arguments().get("organizationId"));
        }

        @McpResource(uri = "report://{organizationId}/{id}", name = "report", description = "A report")
        @RequiresScopes(value = "read:report", organization = "#organizationId")
        String report(String organizationId, String id) {
            return "report " + id + " of " + organizationId;
        }
    }

    record Query(String organization) {}

    /** Nothing is declared. */
    static class Undeclared {

        @McpTool(name = "say_hello", description = "Greets")
        String hello() {
            return "hello";
        }
    }

    /** Roles, scopes outside of organizations, and a scope that machines have. */
    static class Others {

        @McpTool(name = "write_report", description = "Writes a report")
        @RequiresScopes("write:report")
        String write() {
            return "written";
        }

        @McpTool(name = "premium", description = "For those who pay")
        @RequiresRole(value = "paid-tier", maxAge = "0s")
        String premium() {
            return "premium";
        }

        @McpTool(name = "documents", description = "Documents outside of organizations")
        @RequiresScopes(
                value = "read:document",
                audience = "https://api.example.test",
                organizationFrom = OrganizationSource.NONE)
        String documents() {
            return "documents";
        }
    }
}
