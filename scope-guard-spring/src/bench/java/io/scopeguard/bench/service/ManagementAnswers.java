package io.scopeguard.bench.service;

import com.sun.net.httpserver.HttpExchange;
import java.net.URI;

/** The answers of the Management API, in Logto's shapes. Every user is a member with all scopes. */
final class ManagementAnswers {

    static final String TOKEN = """
            {"access_token":"management","expires_in":3600,"token_type":"Bearer","scope":"all"}""";

    private static final String ROLES = """
            [{"tenantId":"default","id":"bdh4or3y14aho06ul1qj5","name":"admin","type":"User",
              "scopes":[{"id":"1","name":"invite:member"},{"id":"2","name":"write:report"},
                        {"id":"3","name":"read:report"},{"id":"4","name":"delete:report"}],
              "resourceScopes":[]}]""";

    private static final String SCOPES = """
            [{"id":"1","name":"invite:member"},{"id":"2","name":"write:report"},
             {"id":"3","name":"read:report"},{"id":"4","name":"delete:report"}]""";

    private static final String USER = """
            [{"id":"%s","username":"user","name":"User","isSuspended":false,
              "organizationRoles":[{"id":"bdh4or3y14aho06ul1qj5","name":"admin"}]}]""";

    private ManagementAnswers() {}

    /** The answer, or empty if the object does not exist. */
    static String to(HttpExchange exchange) {
        URI uri = exchange.getRequestURI();
        return switch (uri.getPath()) {
            case "/api/organization-roles" -> ROLES;
            case "/api/organization-scopes" -> SCOPES;
            case "/api/resources" -> "[]";
            default -> uri.getPath().endsWith("/users") ? USER.formatted(searched(uri.getQuery())) : "";
        };
    }

    private static String searched(String query) {
        for (String parameter : query.split("&")) {
            if (parameter.startsWith("q=")) {
                return parameter.substring(2);
            }
        }
        return "";
    }
}
