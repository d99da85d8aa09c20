package io.scopeguard.logtobox.directory;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client. The secret never leaves the directory.
 *
 * @since 0.1
 */
public record Application(
        String id,
        String name,
        @Nullable String description,
        Type type,
        OidcClientMetadata oidcClientMetadata,
        Map<String, Object> customClientMetadata,
        @Nullable Map<String, Object> protectedAppMetadata,
        Map<String, Object> customData,
        boolean isThirdParty,
        boolean appLevelAccessControlEnabled,
        long createdAt,
        @JsonIgnore @Nullable String secret)
        implements Entity {

    /** The kinds of client; the names are Logto's. */
    public enum Type {
        SPA,
        Traditional,
        MachineToMachine
    }

    public record OidcClientMetadata(List<String> redirectUris, List<String> postLogoutRedirectUris) {

        OidcClientMetadata with(String uri) {
            return new OidcClientMetadata(joined(redirectUris, uri), joined(postLogoutRedirectUris, uri));
        }

        private static List<String> joined(List<String> uris, String uri) {
            return Stream.concat(uris.stream(), Stream.of(uri)).distinct().toList();
        }
    }

    @JsonIgnore
    public boolean isConfidential() {
        return secret != null;
    }

    public boolean allowsTokenExchange() {
        return Boolean.TRUE.equals(customClientMetadata.get("allowTokenExchange"));
    }

    /** Whether a refresh token is issued although {@code offline_access} was not granted. */
    public boolean alwaysIssuesRefreshToken() {
        return Boolean.TRUE.equals(customClientMetadata.get("alwaysIssueRefreshToken"));
    }

    public boolean mayRotateRefreshTokens() {
        return !Boolean.FALSE.equals(customClientMetadata.get("rotateRefreshToken"));
    }

    /** The same application, with this additional redirect address after signing in and signing out. */
    public Application withRedirectUri(String uri) {
        return new Application(
                id,
                name,
                description,
                type,
                oidcClientMetadata.with(uri),
                customClientMetadata,
                protectedAppMetadata,
                customData,
                isThirdParty,
                appLevelAccessControlEnabled,
                createdAt,
                secret);
    }

    @Override
    public String toString() {
        return "Application[" + id + "]";
    }
}
