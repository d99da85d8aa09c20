package io.scopeguard.logtobox.wire;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error of the Management API: a status and {@code {code, data?, details?, message}}. */
public final class RequestError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient @Nullable Object data;
    private final @Nullable String details;

    private RequestError(int status, String code, String message, @Nullable Object data, @Nullable String details) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.data = data;
        this.details = details;
    }

    public static RequestError of(int status, String code, String message) {
        return new RequestError(status, code, message, null, null);
    }

    public static RequestError withData(int status, String code, Object data, String message) {
        return new RequestError(status, code, message, data, null);
    }

    public static RequestError notFound() {
        return of(404, "entity.not_found", "The resource does not exist.");
    }

    public static RequestError notExistsWithId(String plural, String id) {
        return of(404, "entity.not_exists_with_id", "The " + plural + " with ID `" + id + "` does not exist.");
    }

    public static RequestError membershipRequired() {
        return of(422, "organization.require_membership", "The user must be a member of the organization to proceed.");
    }

    public static RequestError foreignKeyNotFound() {
        return of(
                422,
                "entity.relation_foreign_key_not_found",
                "Cannot find one or more foreign keys. Please check the input and ensure that all referenced"
                        + " entities exist.");
    }

    public static RequestError constraintViolated() {
        return of(422, "entity.db_constraint_violated", "Database constraint violated.");
    }

    public static RequestError alreadyExists(String code, String message) {
        return of(422, code, message);
    }

    public static RequestError invalidPagination() {
        return of(400, "guard.invalid_pagination", "The request pagination value is invalid.");
    }

    /** A body that does not match the route's schema, reported in the format of Logto's validator. */
    public static RequestError invalidBody(Map<String, ?> issue, String details) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("issues", java.util.List.of(issue));
        data.put("name", "ZodError");
        return new RequestError(400, "guard.invalid_input", "The request body is invalid.", data, details);
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("code", code);
        if (data != null) {
            body.put("data", data);
        }
        if (details != null) {
            body.put("details", details);
        }
        body.put("message", String.valueOf(getMessage()));
        return body;
    }
}
