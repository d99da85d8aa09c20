package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.wire.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;

/** Writes an error of the OpenID endpoints like Logto: Logto's own code and message, followed by the OAuth members. */
final class OidcErrors {

    // Logto leaves these placeholders unfilled, and so does the box.
    private static final Map<String, String> MESSAGES = Map.of(
            "invalid_scope", "Invalid scope: {{error_description}}.",
            "invalid_token", "Invalid token provided.",
            "insufficient_scope", "Token missing scope `{{scope}}`.",
            "invalid_request", "Request is invalid.",
            "invalid_grant", "Grant request is invalid.",
            "invalid_redirect_uri", "`redirect_uri` did not match any of the client's registered `redirect_uris`.",
            "access_denied", "Access denied.",
            "invalid_target", "Invalid resource indicator.",
            "unsupported_grant_type", "Unsupported `grant_type` requested.",
            "unsupported_response_type", "Unsupported `response_type` requested.");

    private final Issuer issuer;

    OidcErrors(Issuer issuer) {
        this.issuer = issuer;
    }

    void write(HttpServletRequest request, HttpServletResponse response, OidcException error) throws IOException {
        if (error.status() == HttpServletResponse.SC_UNAUTHORIZED) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge(error));
        }
        boolean raw = "false".equals(request.getParameter("parse_error"));
        write(response, error.status(), raw ? oauthBody(error) : body(error));
    }

    static void write(HttpServletResponse response, int status, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json; charset=utf-8");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.getOutputStream().write(Json.write(body).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    String challenge(OidcException error) {
        String scheme = error.error().equals("invalid_client") ? "Basic" : "Bearer";
        return scheme + " realm=\"" + issuer.value() + "\", error=\"" + error.error() + "\", error_description=\""
                + error.description() + "\"";
    }

    static Map<String, Object> body(OidcException error) {
        String code = "oidc." + error.error();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("code", code);
        body.put("message", MESSAGES.getOrDefault(error.error(), "An OIDC error occurred: " + code + "."));
        if (error.error().equals("invalid_grant")) {
            body.put("error_uri", "https://openid.sh/debug/invalid_grant");
        }
        body.putAll(oauthBody(error));
        return body;
    }

    private static Map<String, Object> oauthBody(OidcException error) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error.error());
        body.put("error_description", error.description());
        String scope = error.scope();
        if (scope != null) {
            body.put("scope", scope);
        }
        return body;
    }
}
