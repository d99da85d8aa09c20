package io.scopeguard.scope;

import java.net.URI;

/**
 * The audience of scopes: an organization, or one API resource. Scopes of different audiences are never compared, even if they have
 * the same name.
 *
 * @param value {@code organization}, or the resource indicator (RFC 8707 §2), compared exactly
 * @since 0.1
 */
public record Audience(String value) {

    /** The audience of organization tokens, whose scopes are granted by roles in the organization. */
    public static final Audience ORGANIZATION = new Audience("organization");

    /** @throws IllegalArgumentException if the value is neither {@code organization} nor an absolute URI without fragment */
    public Audience {
        if (!value.equals("organization")) {
            requireResourceIndicator(value);
        }
    }

    /** The audience of the API resource with this indicator. */
    public static Audience resource(String indicator) {
        return new Audience(requireResourceIndicator(indicator));
    }

    public boolean isOrganization() {
        return equals(ORGANIZATION);
    }

    @Override
    public String toString() {
        return value;
    }

    private static String requireResourceIndicator(String indicator) {
        URI uri = URI.create(indicator);
        if (!uri.isAbsolute() || uri.getFragment() != null) {
            throw new IllegalArgumentException(
                    "a resource indicator is an absolute URI without fragment (RFC 8707 §2), not '" + indicator + "'");
        }
        return indicator;
    }
}
