package io.scopeguard.logtobox.interaction;

import io.scopeguard.logtobox.directory.Directory;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;

/** Sign-in sessions. The sessions of a user that is suspended or deleted end, and do not return with the user. */
public final class Sessions extends HttpSessionSecurityContextRepository {

    private final Map<String, Integer> generations = new ConcurrentHashMap<>();

    public Sessions(Directory directory) {
        directory.onLockOut(user -> generations.merge(user, 1, Integer::sum));
    }

    SignedIn begin(String userId) {
        return new SignedIn(userId, generations.getOrDefault(userId, 0));
    }

    @Override
    public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
        return new Live(super.loadDeferredContext(request));
    }

    private boolean isOver(SecurityContext context) {
        Authentication authentication = context.getAuthentication();
        return authentication != null
                && authentication.getPrincipal() instanceof SignedIn signedIn
                && signedIn.generation() != generations.getOrDefault(signedIn.userId(), 0);
    }

    private final class Live implements DeferredSecurityContext {

        private final DeferredSecurityContext stored;

        Live(DeferredSecurityContext stored) {
            this.stored = stored;
        }

        @Override
        public SecurityContext get() {
            SecurityContext context = stored.get();
            return isOver(context) ? new SecurityContextImpl() : context;
        }

        @Override
        public boolean isGenerated() {
            return stored.isGenerated();
        }
    }
}
