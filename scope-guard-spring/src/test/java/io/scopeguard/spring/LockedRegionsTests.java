package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * While it holds a monitor, our code does not wait, do I/O, log, complete a future or call foreign code. Otherwise, a virtual
 * thread would pin its carrier, and other threads would wait for something that we do not control.
 */
class LockedRegionsTests {

    private static final List<String> FORBIDDEN = List.of(
            "java/lang/Object.wait",
            "java/lang/Thread.sleep",
            "java/lang/Thread.join",
            "java/util/concurrent/locks/LockSupport.",
            "java/util/concurrent/CompletableFuture.",
            "java/util/concurrent/CompletionStage.",
            "java/util/concurrent/Future.",
            "java/util/concurrent/CountDownLatch.await",
            "java/util/concurrent/BlockingQueue.",
            "java/util/concurrent/Executor.",
            "java/util/concurrent/ExecutorService.",
            "java/util/function/",
            "java/lang/Runnable.",
            "java/net/",
            "java/nio/channels/",
            "java/nio/file/Files.",
            "java/io/InputStream.",
            "java/io/OutputStream.",
            "jakarta/servlet/",
            "io/lettuce/",
            "org/slf4j/");

    /** Accepts a function, and is a clock that reads memory. */
    private static final List<String> ALLOWED = List.of("java/util/function/LongSupplier.getAsLong");

    @Test
    void nothingForeignIsCalledWhileAMonitorIsHeld() throws IOException {
        List<String> calls = new ArrayList<>();
        int classes = 0;
        for (Resource type :
                new PathMatchingResourcePatternResolver().getResources("classpath*:io/scopeguard/**/*.class")) {
            if (!type.getURL().toString().contains("test")) {
                calls.addAll(lockedCalls(type));
                classes++;
            }
        }

        assertThat(classes).isGreaterThan(300);
        assertThat(calls).as("calls while a monitor is held").hasSizeGreaterThan(50);
        assertThat(calls.stream().filter(LockedRegionsTests::isForbidden)).isEmpty();
    }

    @Test
    void callsInSynchronizedMethodsAndBlocksAreFound() throws IOException {
        Resource own = new PathMatchingResourcePatternResolver()
                .getResource("classpath:" + Locked.class.getName().replace('.', '/') + ".class");

        Stream<String> forbidden = lockedCalls(own).stream().filter(LockedRegionsTests::isForbidden);

        assertThat(forbidden.map(call -> call.substring(call.indexOf("calls"))))
                .containsExactly("calls java/lang/Runnable.run", "calls java/lang/Thread.sleep");
    }

    private static boolean isForbidden(String call) {
        return FORBIDDEN.stream().anyMatch(name -> call.contains(" calls " + name))
                && ALLOWED.stream().noneMatch(call::endsWith);
    }

    private static List<String> lockedCalls(Resource type) throws IOException {
        List<String> calls = new ArrayList<>();
        try (InputStream bytes = type.getInputStream()) {
            new ClassReader(bytes).accept(new LockedCalls(calls), ClassReader.SKIP_FRAMES);
        }
        return calls;
    }

    /** A block reaches from the first instruction that enters a monitor to the last one that leaves it. */
    private static final class LockedCalls extends ClassVisitor {

        private final List<String> calls;
        private String owner = "";

        LockedCalls(List<String> calls) {
            super(SpringAsmInfo.ASM_VERSION);
            this.calls = calls;
        }

        @Override
        public void visit(int version, int access, String name, String signature, String parent, String[] types) {
            owner = name;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            boolean isSynchronized = (access & Opcodes.ACC_SYNCHRONIZED) != 0;
            String method = owner + "." + name;
            return new MethodVisitor(SpringAsmInfo.ASM_VERSION) {

                private final List<String> locked = new ArrayList<>();
                private boolean entered = isSynchronized;
                private int certain;

                @Override
                public void visitInsn(int opcode) {
                    entered |= opcode == Opcodes.MONITORENTER;
                    if (opcode == Opcodes.MONITOREXIT) {
                        certain = locked.size();
                    }
                }

                @Override
                public void visitMethodInsn(
                        int op, String type, String called, String descriptor, boolean isInterface) {
                    if (entered) {
                        locked.add(method + " calls " + type + "." + called);
                    }
                }

                @Override
                public void visitEnd() {
                    calls.addAll(isSynchronized ? locked : locked.subList(0, certain));
                }
            };
        }
    }

    /** Violations that must be found. */
    private static final class Locked {

        private int count;

        synchronized void runs(Runnable foreign) {
            foreign.run();
        }

        void sleeps() throws InterruptedException {
            synchronized (this) {
                if (count++ > 0) {
                    Thread.sleep(1);
                }
            }
            Thread.yield();
        }
    }
}
