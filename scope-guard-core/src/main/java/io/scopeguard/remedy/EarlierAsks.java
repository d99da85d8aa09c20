package io.scopeguard.remedy;

import io.scopeguard.permission.PermissionHistory;

/** The records of earlier responses to one client, as far as the rules need them. */
interface EarlierAsks {

    /** Nothing was asked before, and nothing is recorded. */
    EarlierAsks NONE = new EarlierAsks() {
        @Override
        public boolean wasAsked(PermissionHistory history, String scope) {
            return false;
        }

        @Override
        public boolean provesNewer(PermissionHistory history, String scope) {
            return false;
        }

        @Override
        public boolean allowsConsentHint(PermissionHistory history, String scope) {
            return true;
        }

        @Override
        public void disagreed(String scope) {}

        @Override
        public void disagreedAboutRole(String role) {}
    };

    /** Whether the client was asked for the scope in the present series. */
    boolean wasAsked(PermissionHistory history, String scope);

    /**
     * Whether an earlier response told the client to wait until a new token is certainly newer than the gain, and it is that token.
     */
    boolean provesNewer(PermissionHistory history, String scope);

    /** Rule 5: whether a granted response may ask for consent now. */
    boolean allowsConsentHint(PermissionHistory history, String scope);

    /** Records that the token carries a scope that the live permissions had lost before it was issued. */
    void disagreed(String scope);

    /** Records that the token carries a role that the live roles had lost before it was issued. */
    void disagreedAboutRole(String role);
}
